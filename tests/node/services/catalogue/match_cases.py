"""Wants and offers side by side, one pair a line: which of them is a match. Composed for this table, by class of cause.

A line is: name | want | offer, or without a name. A side is ``category: title``, with tags after ``#``: of a skill
where the category is under ``skill``, of a room where it is under ``space``, else of goods.
"""

from __future__ import annotations

FIT = """
another word for it | furniture/sofa: Sofa for our lounge | furniture/sofa: Grey settee, seats three
plural and singular | tools/access: Ladder | tools/access: Two ladders
a colour is no other thing | furniture/chair: Chairs | furniture/chair: Twelve red chairs
where it stood is no other thing | furniture/storage: Bookshelves | furniture/storage: Library bookcases (5)
a size that nobody asked for | furniture/other: Whiteboard | furniture/other: Large whiteboard on wheels
a warm coat is a coat | textiles: Warm coats | textiles: Winter coats, all sizes
laboratory coats by another word | textiles: White coats for science club | textiles: Lab coats x 20
a kind of it | appliances/fridge: Freezer | appliances/fridge: Chest freezer 200l
a kind of it by its last word | tools/access: Ladder | tools/access: Extension ladder 8m
a kind by another word | tools/power: Drill | tools/power: Makita 18v combi drill
a laptop by its model alone | it/laptop: Laptops | it/laptop: Latitude 5490, ten of them
the thing itself, offered without its cover | furniture/sofa: Sofa | furniture/sofa: Sofa without covers
the thing and its parts | furniture/desk: Desk | furniture/desk: Desk with drawers
parts are asked for | furniture/chair: Chair covers | events/furniture: 40 chair covers, white
a rack is asked for | bikes: Bike rack | bikes: Cycle rack for six
a charger is asked for | it/accessories: Laptop chargers | it/accessories: Box of laptop chargers
a lock is asked for | bikes: Bike locks | bikes: Bike lock and pump
coffee table by name | furniture/table: Coffee table | furniture/table: Round coffee table, oak
coffee machine by name | appliances/kitchen: Coffee machine | appliances/kitchen: Filter coffee maker
an office chair by another word | furniture/chair: Office chairs | furniture/chair: 4 operator chairs
a computer desk by name | furniture/desk: Computer desk | furniture/desk: Small workstation, beech
computers are many things | it/desktop: Computers | it/laptop: Ten laptops
toys are many things | toys: Toys | toys: Wooden train set, giant
bedding is many things | textiles: Bedding | textiles: Single duvets, laundered
clothes are many things | textiles: Clothes for a family | textiles: Children's coats and shoes
instruments are many things | music: Musical instruments | music: Upright piano
crockery is many things | events/catering: Crockery | events/catering: Plates for 120
plants are many things | garden: Plants, pots, bulbs | garden: Plug plants
tools are many things | tools/hand: Tools for repair café | tools/power: Cordless drill and sander
the same thing in two corners | furniture/table: Trestle tables | events/furniture: Folding trestle tables
of one box or many | it/accessories: Keyboards | it/accessories: Big crate of keyboards
a pair of it | av/sound: Loudspeakers | av/sound: Pair of speakers
a set of it | furniture/table: Dining table | furniture/table: Dining table set
a number of it | furniture/desk: One desk | furniture/desk: Oak desk
a loan of it | medical-mobility: Wheelchair | medical-mobility: Wheelchair loan, self propel
two in one, the first half | appliances/fridge: Fridge freezer urgently | appliances/fridge: Undercounter fridge
two in one, the second half | appliances/fridge: Fridge freezer | appliances/fridge: Chest freezer
one of two that are asked for | furniture/desk: Desks or tables for homework club | furniture/desk: Oak desk
counted with the thing | furniture/chair: Chairs | furniture/table: Table with 6 chairs
the same sides | furniture/bed: Double mattress | furniture/bed: Mattress, double, as new
a trait that the text has too | books: Maths textbooks | books: GCSE textbooks # maths;science
of the same language | books: Polish books | books: Polish children's books
where somebody put it in no category | music: Piano | other: Upright piano, needs tuning
where it is asked for in no category | other: Sewing machine | making/sewing: Sewing machine, Singer
unknown to the vocabulary | making/other: Copper alembic | making/other: Old copper alembic
unknown, with its own stand | making/other: Alembic stand | making/other: Alembic stand, iron
a make is no trait | it/laptop: Dell laptops | it/laptop: HP laptops x4
tagged as it where the title does not say | it/tablet: Tablets | it/tablet: Galaxy Tab A, five # tablet
described after the name | furniture/desk: Desk | furniture/desk: Desk beech good condition
said to be needed no more | furniture/sofa: Sofa | furniture/sofa: Sofa available now
a bicycle by another word | bikes: Bicycles for refugees | bikes: Three bikes, serviced
a children's bike for children | bikes: Kids' bikes | bikes: Children's bikes serviced and ready
an exercise bike by name | sports: Exercise bike | sports: Exercise bike, folds flat
a dog bed by name | other: Dog bed | other: Large dog bed
paint of the same colour | materials: White paint | materials: White emulsion, 10 litres
a projector by another word | av/projector: Projector | av/projector: Beamer BenQ
a pushchair by another word | baby: Pushchair | baby: Double buggy
a tent by name | sports: Camping equipment | sports: Four-man tent
repair is asked for | skill/trades: Bike repair | skill/trades: Dr Bike at your event
help with computers is asked for | skill/digital: Computer help | skill/digital: IT support for small charities
guitar teaching by another word | skill/other: Guitar teacher | skill/other: Guitar tuition for beginners
bookkeeping by another word | skill/finance: Charity accounts help | skill/finance: Bookkeeping for small charities
an interpreter by another word | skill/languages: Polish interpreter | skill/languages: Polish translation
a room by its category | space/meeting-room: Quiet room for lessons | space/meeting-room: Conference suite
a room to store in | space/storage: Dry storage for tins | space/storage: Room for 6 pallets
"""

NO_FIT = """
covers of a chair | furniture/chair: Office chair | furniture/chair: Chair covers
covers of a sofa | furniture/sofa: Sofa | furniture/sofa: Sofa covers, set of two
throws for a sofa | furniture/sofa: Sofa | furniture/sofa: Sofa throws
a rack for bikes | bikes: Bike | bikes: Bike rack for a car
a lock for bikes | bikes: Bicycles | bikes: Bike locks, several
panniers of a bike | bikes: Bike | bikes: Bike panniers
a bag for a laptop | it/laptop: Laptops | it/laptop: Laptop bags
sleeves for a laptop | it/laptop: Laptop | it/laptop: Laptop sleeve, 15 inch
chargers of a laptop | it/laptop: Laptops | it/laptop: Box of laptop chargers
chargers alone | it/laptop: Laptops | it/laptop: Chargers and leads
a stand of a monitor | it/monitor: Monitors | it/monitor: Monitor stands
an arm of a monitor | it/monitor: Monitor | it/monitor: Monitor arm
a screen for a projector | av/projector: Projector | av/projector: Projection screen 2m
a bulb of a projector | av/projector: Projector | av/projector: Projector bulb, unused
a bag of a camera | av/camera: Camera | av/camera: Camera bag
a tripod among the cameras | av/camera: Camera | av/camera: Tripod
strings of a guitar | music: Guitar | music: Guitar strings
a stool of a piano | music: Piano | music: Piano stool
books of songs | music: Guitar | music: Guitar song book
ink for a printer | it/printer: Printer | it/printer: Printer cartridges
paper for a printer | it/printer: Printer | office: Printer paper, 20 reams
a lamp on a desk | furniture/desk: Desk | furniture/desk: Desk lamp
a tidy on a desk | furniture/desk: Desks | furniture/desk: Desk organiser
a divider of desks | furniture/desk: Desk | furniture/desk: Desk dividers, blue
a frame of a desk | furniture/desk: Desks | furniture/desk: Sit-stand desk frame
legs of a table | furniture/table: Table | furniture/table: Table legs, steel
legs, told the other way round | furniture/table: Table | furniture/table: Legs of an old table
cloths for tables | furniture/table: Tables | furniture/table: Tablecloths
linen for tables | furniture/table: Table | events/furniture: Table runners
bags of a vacuum cleaner | appliances/cleaning: Vacuum cleaner | appliances/cleaning: Vacuum cleaner bags
shelves of a fridge | appliances/fridge: Fridge | appliances/fridge: Fridge shelves
magnets on a fridge | appliances/fridge: Fridge | appliances/fridge: Fridge magnets
a cosy of a teapot's kind: kettle bells | appliances/kitchen: Kettle | sports: Kettle bells
covers of mattresses | furniture/bed: Mattresses | furniture/bed: Mattress protectors
cushions of a wheelchair | medical-mobility: Wheelchair | medical-mobility: Wheelchair cushion
a ramp for wheelchairs | medical-mobility: Wheelchair | tools/access: Wheelchair ramp
covers only | furniture/sofa: Sofa | furniture/sofa: Sofa (covers only)
broken, for parts | it/desktop: Desktop computer | it/desktop: iMac 21.5, for parts
broken, as its title says | appliances/kitchen: Dishwasher | appliances/kitchen: Dishwasher, faulty, for spares
repair of it | bikes: Bike | bikes: Bike repair kit
repair of it, told the other way round | bikes: Bikes | bikes: Repair of bikes
its recycling | furniture/bed: Mattress | furniture/bed: Mattress recycling
it is to be moved | music: Piano | music: Help moving a piano
it is to be mended | furniture/chair: Chairs | furniture/chair: Mend our chairs
photographs of it | bikes: Bikes | bikes: Photos of old bikes
a history of it | transport: Van | books: History of the van
help with computers is no computer | it/desktop: Computers | it/desktop: Help with computers
a laboratory's coats | textiles: Warm coats | textiles: White coats x 30
a doctor's coats | textiles: Coats | textiles: Lab coats
a coat of paint | textiles: Coats | textiles: Top coat paint
a table for coffee | appliances/kitchen: Coffee machine | furniture/table: Coffee table
a machine for coffee | furniture/table: Coffee table | appliances/kitchen: Coffee machine
coffee and a table for it | food: Coffee | furniture/table: Coffee table
a desk for a computer | it/desktop: Computer | furniture/desk: Computer desk
a desk for mixing | furniture/desk: Desk | av/sound: Mixing desk
a desk for mixing, filed as a desk | furniture/desk: Desk | furniture/desk: Mixing desk, 12 channels
a table for tennis | furniture/table: Table | sports: Table tennis table
a table for snooker | furniture/table: Table | furniture/table: Snooker table
a table for changing | furniture/table: Table | furniture/table: Changing table
a chair for a toddler | furniture/chair: Chairs | furniture/chair: High chair
a chair on wheels | furniture/chair: Chairs | medical-mobility: Wheelchair
a chair for the shower | furniture/chair: Chair | furniture/chair: Shower chair
a bed for a dog | furniture/bed: Bed | furniture/bed: Dog bed
a bed in the garden | furniture/bed: Beds | garden: Raised beds
a bench at the gym | garden: Garden bench | sports: Weight bench
a bike that goes nowhere | bikes: Bikes | sports: Exercise bike
a bike that goes nowhere, filed as a bike | bikes: Bike | bikes: Exercise bike
a toy kitchen | appliances/kitchen: Cooker | toys: Toy cooker
a toy car | transport: Car | toys: Toy cars
a model of it | transport: Train | toys: Model train
for dolls | baby: Pram | toys: Dolls' pram
a mixer of cement | appliances/kitchen: Food mixer | tools/power: Cement mixer
a monitor of babies | it/monitor: Monitor | baby: Baby monitor
a printer in three dimensions | it/printer: Printer | making/3d-printer: 3D printer
a blanket against fire | textiles: Blankets | events/safety: Fire blanket
a frame to walk with | other: Picture frames | medical-mobility: Walking frames
a keyboard to play | it/accessories: Computer keyboards | music: Electric keyboard
a projector for slides | av/projector: Projector | av/projector: Overhead projector (acetate)
single and double | furniture/bed: Double mattress | furniture/bed: Single mattresses NEW
large and small | furniture/other: Large whiteboard | furniture/other: Small whiteboards
for adults and for children | bikes: Adult bikes | bikes: Kids' bikes
for children and not | bikes: Children's bikes | bikes: Mountain bike
gas and electric | appliances/kitchen: Gas cooker | appliances/kitchen: Electric cooker
acoustic and electric | music: Acoustic guitar | music: Electric guitar
in another language | books: Polish books | books: Welsh books
another language spoken | skill/languages: Polish interpreter | skill/languages: Urdu interpreter
paint of another colour | materials: White paint | materials: Magnolia paint
of another subject | books: Maths textbooks | books: History textbooks
of another sport | textiles: Football shoes | textiles: Ballet shoes
a part that it merely has | furniture/storage: Shelves | furniture/storage: Cupboard with shelves
another kind of chair | furniture/chair: Office chair | furniture/chair: Folding chairs
a sibling in the same category | furniture/storage: Filing cabinet | furniture/storage: Lockers
one of its words | making/other: Copper alembic | making/other: Copper kettle stand
the stand of what the vocabulary does not know | making/other: Alembic | making/other: Alembic stand
lessons and repair | skill/other: Guitar lessons | skill/other: Guitar repair
a talk and not work | skill/trades: Plumber | skill/trades: Energy talk
a field of work | skill/languages: Storytellers in any language | skill/languages: Interpreting
a word that says nothing alone | skill/digital: Someone to teach Excel | skill/transport: Forklift training
another kind of room | space/meeting-room: Quiet room | space/storage: Storage room
things to store and no room | space/storage: Storage for tins | furniture/storage: Storage cabinet
"""

EVERYDAY_FIT = """
appliances/kitchen: Microwave for volunteers' kitchen | appliances/kitchen: Panasonic microwave oven, clean
furniture/chair: 30 stacking chairs wanted | furniture/chair: Burgundy stackable chairs (40)
it/laptop: Old laptops for our IT class | it/laptop: Thinkpad T480 x 6
it/laptop: Chromebooks | it/laptop: 15 Acer chromebooks
toys: Board games for after school club | toys: Monopoly, Scrabble and other board games
garden: Compost bin | garden: Two dalek compost bins
garden: Garden tools - spades, forks, rakes | tools/garden: Spade and two forks
books: Children's books for our reading corner | books: Box of picture books
textiles: Wool for knit and natter | textiles: Bag of knitting wool, mixed colours
textiles: Curtains, any size | textiles: Blackout curtains from hotel
packaging: Pallets | packaging: PALLETS approx 40 going spare
music: Guitars for youth club | music: 3/4 size acoustic guitar
medical-mobility: Zimmer frames | medical-mobility: Walking frames returned, cleaned
baby: Travel cot | baby: Travel cot with mattress
sports: Footballs | sports: footballs sz4 + bibs
sports: Table tennis table | sports: Ping pong table, folds
events/marquee: Gazebo for fete | events/marquee: Pop-up marquee 3x6
events/catering: Barbecue | events/catering: half oil drum bbq
appliances/kitchen: Tea urn | appliances/kitchen: Burco water boiler 20L
furniture/storage: Metal shelving for food bank store | furniture/storage: Bay of steel racking shelves
furniture/storage: Lockers | furniture/storage: 18 staff lockers, 6 blocks of 3
materials: Paint for the scout hut, any colour | materials: Magnolia emulsion, half a tub
materials: Carpet tiles | materials: Charcoal carpet tiles 62 sq m
appliances/cleaning: Hoover | appliances/cleaning: Henry vacuum
appliances/laundry: Washing machine please | appliances/laundry: Bosch washing machine 7kg
it/monitor: Computer screens | it/monitor: Dell 24 inch monitors x9
it/phone: Smartphones for refugees | it/phone: iPhone 7, five of them
making/sewing: Sewing machines for our upcycling group | making/sewing: Brother sewing machine, serviced
events/decor: Bunting | events/decor: 100 metres of bunting
bikes: Adult bikes | bikes: Men's mountain bike, new tyres
bikes: Bike helmets for kids | bikes: Children's cycle helmets
furniture/table: Tables for community cafe | furniture/table: Bistro tables with chairs
furniture/bed: Single beds | furniture/bed: Single bed frames x4
furniture/wardrobe: Wardrobe | furniture/wardrobe: IKEA PAX wardrobe
food: Tinned food | food: Surplus tins of beans and soup # tinned food
transport: Minibus for a day | transport: 16 seat minibus for youth groups
tools/power: Pressure washer | tools/garden: Karcher jet washer K5
av/projector: Projector and screen | av/projector: Epson EB-X05 projector
av/screen: Big TV for lounge | av/screen: 50 inch Samsung television
skill/trades: Electrician to check our sockets | skill/trades: Electrical work for charities, free
skill/digital: Help with our website | skill/digital: Website help for community groups
skill/marketing: Photographer for our open day | skill/marketing: Photography by our students
skill/finance: Treasurer | skill/finance: Retired banker happy to be treasurer
skill/trades: Gardener | skill/trades: Gardener for a day
skill/legal: Legal advice on our lease | skill/legal: Free legal clinic for trustees
skill/languages: BSL interpreter | skill/languages: British Sign Language interpreter
space/hall: Hall for dance class | space/hall: Village hall, Wednesday mornings
space/kitchen: Kitchen to cook community meals | space/kitchen: Commercial kitchen on Mondays
space/parking: Parking for our volunteers | space/parking: Car park, 45 spaces at weekends
textiles: Duvets and pillows for starter packs | textiles: Pillows, new
other: Picture frames | making/craft: Old picture frames, assorted
furniture/other: Notice board | furniture/other: Cork pinboards
office: Stationery for school | office: Lever arch files and ring binders
appliances/heating: Heaters for hall | appliances/heating: oil filled radiators x6
it/accessories: Keyboards and mice | it/accessories: USB keyboards, 20
events/safety: Hi-vis vests | events/safety: Hi vis tabards + cones
other: Old fridge for a community larder | appliances/kitchen: Beko larder fridge
furniture/other: Mirrors for dance room | furniture/other: Full length mirror
it/laptop: Notebook computers for pensioners | it/laptop: Refurbished HP laptops
garden: Bulbs | garden: Daffodil bulbs, sackful
tools/hand: Hammers and screwdrivers for kids' club | tools/hand: Box of hammers
furniture/table: Large table for planning meetings | furniture/table: Boardroom table 3.6M
textiles: School uniform age 7 | textiles: School uniforms, various ages
textiles: Blankets for night shelter | textiles: 40 fleece blankets
textiles: Fabric scraps | textiles: Fabric offcuts from upholsterer
packaging: Bubble wrap | packaging: Rolls of bubble wrap
sports: Cricket nets | sports: Cricket nets, 3 lanes
music: Keyboard for choir practice | music: Yamaha electric keyboard
av/lighting: Stage lights | av/lighting: 8 LED pars
av/camera: Video camera for youth film | av/camera: Sony camcorder
medical-mobility: Mobility scooter | medical-mobility: Mobility scooter, new batteries
baby: Highchair | baby: IKEA high chair
toys: Lego | toys: Tub of Lego and Duplo
events/games: Tombola drum | events/games: Raffle drum and tombola
events/staging: Staging for a school play | events/staging: Portable stage blocks
appliances/kitchen: Kettles and toasters for starter packs | appliances/kitchen: Kettle & toaster sets
food: Surplus food for our pantry | food: Pasta and rice, 20 kg
office: Laminator | making/print: A4 laminator, pouches included
office: Filing cabinet 4 drawer | furniture/storage: Bisley filing cabinet
materials: Timber for a bike shelter | garden: Scaffold boards
materials: Tiles | materials: Wall tiles, white, 6 boxes
making/craft: Craft materials for holiday club | making/craft: Beads, buttons and ribbon
it/phone: Mobile phones | it/phone: Samsung smartphones x3
bikes: Bike for a teenager | bikes: Hybrid bike, medium frame
bikes: Cargo bike to borrow | bikes: Electric cargo bike for loan
transport: Van for one Saturday | transport: Transit van at weekends
tools/garden: Strimmer and hedge trimmer | tools/garden: Strimmer + hedge cutter (battery)
tools/power: Generator for outdoor cinema | tools/power: Honda EU20i generator
events/furniture: 100 folding chairs for an event | events/furniture: Folding chairs (lots)
furniture/desk: Standing desks | furniture/desk: Electric sit-stand desks
furniture/sofa: Comfy seating for youth lounge | furniture/sofa: Two 3-seater sofas
skill/trades: Plumber for an afternoon | skill/trades: Volunteer plumber, small jobs
skill/mentoring: CV help for our members | skill/mentoring: CV and interview practice
skill/mentoring: Maths tutor | skill/mentoring: Maths help for teenagers
skill/health: First aid training | skill/health: First aid course for groups
skill/hr: HR advice | skill/hr: HR policies looked at
skill/design: Logo design | skill/design: Logos and graphic design
skill/events: DJ for our disco | skill/events: Disc jockey, charity events
skill/transport: Driver with a van | skill/transport: Van driver two days a month
skill/other: Piano teacher for care home | skill/other: Piano lessons
space/workshop: Workshop to build a float | space/workshop: Workbench space in the shed
space/land: Land for an allotment | space/land: Quarter acre for a growing project
space/desk: Desk space two days a week | space/desk: Four hot desks, mornings
"""
"""Written after the lists of words were, as people write, to see what those do with words that they do not have."""

EVERYDAY_NO_FIT = """
appliances/kitchen: Microwave | appliances/kitchen: Microwave stand on castors
furniture/chair: Stacking chairs | furniture/chair: Reception armchairs
it/laptop: Laptops | it/laptop: Laptop trolley, charges 16
it/laptop: Laptop | it/accessories: Laptop docking station
toys: Board games | av/screen: Games console
garden: Compost bin | garden: Compost, 10 bags
tools/garden: Lawnmower | tools/garden: Lawnmower blades
books: Children's books | furniture/storage: Bookcase
textiles: Wool | textiles: Wool blankets
textiles: Curtains | furniture/other: Curtain rails
packaging: Cardboard boxes | furniture/storage: Storage boxes with lids
packaging: Pallets | tools/access: Pallet truck
music: Guitar | music: Guitar amplifier
av/sound: PA system | av/sound: Karaoke machine
medical-mobility: Walking frames | sports: Walking poles
baby: Cot | baby: Cot mattress
sports: Footballs | sports: Football goals
sports: Table tennis table | sports: Table tennis bats
events/marquee: Gazebo | events/marquee: Gazebo weights
events/catering: Barbecue | events/catering: Barbecue cover
appliances/kitchen: Tea urn | events/catering: Tea cups and saucers
office: Flipchart | office: Flipchart paper
furniture/storage: Shelving | furniture/storage: Shelf brackets
furniture/storage: Lockers | furniture/storage: Locker keys
materials: Paint | tools/hand: Paint brushes and rollers
materials: Carpet | appliances/cleaning: Carpet cleaner
appliances/cleaning: Vacuum cleaner | appliances/cleaning: Hoover bags, Henry
appliances/laundry: Washing machine | appliances/laundry: Washing machine hose
it/monitor: Monitor | events/staging: Stage monitors
it/phone: Phones | it/phone: Phone cases
making/sewing: Sewing machine | making/sewing: Sewing machine table
events/decor: Balloons | events/decor: Balloon pump
bikes: Bike | bikes: Bike trailer
bikes: Bikes | bikes: Cycle helmets
furniture/table: Dining table | furniture/table: Boardroom table 3.6m
furniture/bed: Bed | furniture/bed: Bed linen, single
furniture/wardrobe: Wardrobe | furniture/storage: Clothes hangers
food: Tinned food | food: Tins of dog food
transport: Minibus | skill/transport: Minibus driver
tools/power: Drill | tools/power: Drill bits
av/projector: Projector | furniture/other: Projector trolley
av/screen: Television | av/screen: TV wall bracket
skill/trades: Electrician | skill/trades: Plumber for small jobs
skill/finance: Bookkeeping | skill/finance: Grant writing
skill/digital: Website help | skill/digital: Spreadsheet help
skill/marketing: Photographer | skill/marketing: Leaflet delivery
skill/trades: Carpenter | skill/trades: Garden clearance
skill/languages: Urdu interpreter | skill/languages: Proofreading
av/camera: Camera | av/camera: Camera lenses
it/tablet: iPads | it/tablet: iPad stands
space/hall: Hall | space/sports: Cricket outfield
space/kitchen: Kitchen | materials: Kitchen units
space/parking: Parking | space/land: Field for camping
textiles: Duvets | textiles: Duvet covers
furniture/other: Mirror | making/craft: Mirror mosaic tiles
furniture/other: Whiteboard | office: Whiteboard pens
office: Printer paper | it/printer: Laser printer
appliances/heating: Heater | appliances/heating: Desk fan
it/accessories: Keyboards | music: Keyboard stand
music: Drum kit | music: Drum sticks
garden: Greenhouse | garden: Greenhouse glass, 20 panes
garden: Shed | materials: Shed felt
furniture/sofa: Sofa | furniture/sofa: Dog sofa
toys: Dolls | toys: Doll's house
food: Coffee | appliances/kitchen: Coffee grinder
making/craft: Beads | making/craft: Bead loom
events/staging: Stage | av/lighting: Stage lights
sports: Tent | sports: Tent pegs
tools/access: Ladder | transport: Ladder rack for van
furniture/desk: Standing desk | furniture/desk: Corner desk
appliances/kitchen: Fridge | appliances/fridge: Drinks chiller, glass door
furniture/other: Mirror | transport: Wing mirrors
it/laptop: Laptop | office: Notebooks, ruled
garden: Bulbs | av/lighting: Light bulbs
tools/hand: Hammer | tools/power: Hammer drill
furniture/table: Table | sports: Pool table
textiles: School uniform | textiles: Nurses' uniforms
textiles: Blankets | medical-mobility: Electric blanket controller
textiles: Fabric | textiles: Fabric softener
packaging: Boxes | events/games: Collection boxes
sports: Nets | garden: Pond netting
music: Keyboard | it/accessories: Computer keyboard
av/lighting: Stage lights | av/lighting: Stage light clamps
av/camera: Cameras | tools/measuring: Thermal camera
medical-mobility: Mobility scooter | sports: Scooter, child's
baby: High chair | furniture/chair: Bar stools
toys: Lego | toys: Lego storage drawers
events/games: Raffle drum | music: Drum kit
events/staging: Stage | events/staging: Stage curtains
appliances/kitchen: Toaster | appliances/kitchen: Toastie maker
food: Coffee | appliances/kitchen: Coffee machine
office: Laminator | office: Laminating pouches
furniture/storage: Filing cabinet | office: Suspension files for filing cabinets
materials: Timber | materials: Timber treatment
materials: Carpet | materials: Carpet underlay
making/craft: Glue gun | making/craft: Glue sticks
it/networking: Router | tools/power: Wood router
it/phone: Mobile phone | it/phone: Desk phones
bikes: Bike | bikes: Bike stand
bikes: Bike | bikes: Bike basket
transport: Van | transport: Van roof rack
tools/garden: Strimmer | tools/garden: Strimmer cord
tools/power: Generator | tools/power: Generator cable reel
events/furniture: Folding chairs | events/furniture: Folding tables
furniture/desk: Desk | it/phone: Desk phone
furniture/sofa: Sofa | furniture/sofa: Sofa arms protectors
skill/trades: Electrician | skill/trades: Energy survey
skill/trades: Plumber | materials: Plumbing parts
skill/mentoring: CV help | skill/mentoring: Business advice
skill/mentoring: Maths tutor | skill/mentoring: Reading volunteers
skill/health: First aid training | medical-mobility: First aid kits
skill/hr: Recruitment help | skill/hr: Safeguarding training
skill/design: Logo design | skill/design: Garden design
skill/events: DJ | av/sound: DJ decks
skill/transport: Driver | skill/transport: Furniture collection
skill/other: Piano lessons | skill/other: Knitting lessons
skill/digital: Website help | skill/digital: Computer lessons
space/workshop: Workshop | skill/trades: Clothes mending
textiles: Towels | furniture/other: Towel rail
food: Tea | events/catering: Tea towels
furniture/bed: Bunk beds | furniture/bed: Camp beds
furniture/chair: Chairs | music: Piano chair covers
it/printer: Printer | it/printer: Label printer
office: Envelopes | packaging: Envelope sealer
events/decor: Christmas tree | events/decor: Christmas tree stand
toys: Train set | toys: Train table
books: Textbooks | books: Exercise books
tools/access: Trolley | it/laptop: Laptop trolley
garden: Plant pots | garden: Plant food
medical-mobility: Crutches | medical-mobility: Crutch tips
"""
"""The same, each with what stands next to it on a board."""
