"""Lists of English words that change, or do not change, what the name of a thing beside them means.

Each list is a class of words, and none is complete. `node.search.compounds` says what follows from them.
"""

from __future__ import annotations

PARTS = """
accessory adapter adaptor arm armrest arms backrest badge bag base basket battery bell belt blade bottle bracket
brake brush bulb button cable cap carrier cartridge case castor catalogue catch chain charger clamp clip coaster
cord cosy cover covering cradle cushion cutter divider dock door drawer drum dust dye element end engine feet
filament filter fitting flex foot frame fuse glass glide glove guard handle hanger hardware harness headset
hinge holder hook hose house inflator ink inlay insert insulation key keyring kickstand knob label lamp leg lens
lid liner lining lock magnet manual mat mechanism motor mount mudguard nozzle oil ornament outlet pad paint
panel pannier paper part pedal peg piece pin plug poster protector pump rack rail refill remote rest riser
runner saddle screw seal sheet shelf shelves skirt sleeve slipcover socket spare spoke spring stand sticker
strap string surround switch tag tape throw tidy tile toner top topper towel tray tripod tube tyre undercarriage
valve varnish wallet wax wheel wheels wire wrap wrapper
"""
"""After the name of a thing: what belongs to it, or is for it."""

WORK = """
assembly cleaning clearance collection course delivery design disposal feed felt fixing food hire installation
insurance lesson maintenance making man mending moving painting park parking polish preservative primer print
recycling refurbishment removal rental repair restoration reupholstery room sale servicing shed shop space spray
stain storage store testing training transport tuning underlay upholstery valet workshop
"""
"""After the name of a thing: what is done to it or with it, or where it stands."""

AFTER = """
available badly bargain beautiful beige big black blue boxed broken brown bundle charcoal cheap clean clearing
closing comes complete condition cordless corner couple cream damaged delivered dining donated donation double
easy electric elsewhere empty ends ex excellent extending fair faulty few fits flat folded folding folds free
garden giant giveaway gone good gray great green grey heavy hotel huge inch including indoor ivory job joblot
king kit large leather left leftovers light loan loaned lot lots loved made magnolia mahogany many matching
medium metal mini mixed modern must navy nearly needed needing needs never new nice oak offcuts offered office
old only orange original outdoor over pack pair pieces pine pink plastic please portable pre preferably purple
quick quickly ready red refurbished remnants royal rubber samples school scraps seats set sets silver single
size small smaller solid some soon spares stackable stacking stacks steel still straight sturdy surplus taken
tall teak these those three timber two under unit units unopened unused unwanted upright urgent urgently used
various vgc vintage walnut wanted week weeks white wide wider wood wooden work working works yellow
"""
"""After the name of a thing: how it is, how many there are, what becomes of it. It is the thing itself still."""

NOUN_ENDINGS = ("er", "or", "iser", "izer", "ment", "tion", "ance", "ware")
NO_NOUNS = """
after another beaver bigger bother copper corner cover either ever father flower former further however leather
lower mother never number other outer over paper poster power proper quarter rather river rubber silver smaller
summer super together under upper water weather whatever winter wonder
"""
"""Words that end like those and name nothing."""

PLAIN = """
acer additional after apple assorted asus bank basement basic beaten beautiful beko big bisley bits black blue
bosch boxed brand branded breakfast broken brown business cafe canon canteen care casio center centre charcoal
charity cheap choir chunky church classroom clean club college colourful comfortable comfy common community
complete cork couple courtyard cracked cream cute day decent dell dewalt dirty disused domestic donated double
dozen dozens drop durable dyson effect eight electric eleven emergency ended epson event excellent extra faith
family fender few fifty fine finish five fixed flat food foot forty four frame free fresh friendly full funky
generic genuine giant good gray great green grey group half hall hand handy hard heavy home homework honda
hospice hostel hotel hotpoint house household hp hub huge hundred hundreds ideal identical ikea inch inches
industrial ivory janome karcher kind king kitchen large left lenovo lg library light litre local long look lot
lots loved lovely low magnolia mahogany main make makita many matching medium metal metre miele mint missing
mixed modern more most multiple museum narrow natural navy near nearly neat new nice nine no not nursery oak odd
office old one orange ordinary original other own pack pair parish part perfect pine pink plain plastic play
playgroup pop portable possible preferably premium preschool pretty proper pub purple quality queen quick
raleigh random real recent reception red refuge reliable retired right robust roland room round royal safe sale
salvaged samsung scout seat seater second secondhand seven several shop short showroom silver similar simple
singer single six sixth size sized slim small solid some sony spacious spare special square staff standard steel
stihl still strong sturdy style stylish suitable super surplus tall teak ten term thick thin thirty three tidy
tiny tired top tough town traditional treasured trendy twelve twenty two type unbranded unit unopened unused
unwanted upright urgent urgently usb used useful usual various very village vintage walnut warm whirlpool white
whole wide wired wireless wood wooden work working yamaha yellow young youth
"""
"""Before the name of a thing: how it is, where it stood or whose it is. It is the same thing with and without them."""

SOFT_ENDINGS = ("able", "ed", "ful", "ible", "ish", "ive", "less", "ous", "y")

ANOTHER = """
bird broken-down cardboard cat cattle chocolate dog doll dolls dummy fake fish guinea hamster horse imitation
inflatable karaoke kitten lego miniature mock model pet pony pretend prop puppy rabbit replica toy trampoline
"""
"""Before the name of anything: it is another thing then, and is met by such a one alone."""

SENSES = """
bank: power piggy bottle food river
bar: chocolate crow tool iron row pull
basket: bike shopping picnic laundry hanging waste moses
bath: baby bird foot
battery: car laptop phone drum
bed: raised flower garden growing vegetable truck nail hospital profiling camp sofa bunk cabin water
bench: work weight weights press garden park picnic piano beer
bicycle: exercise quad motor static stationary spin dirt
bike: exercise quad motor static stationary spin dirt
blanket: fire electric
board: ironing white notice chess dart surf skate snow key skirting floor chopping black
bookcase: revolving
bottle: gas water hot baby
bowl: toilet dog
box: tool bird nest cash juke lunch letter window fuse
brush: tooth hair paint toilet sweeping
bureau: exchange
cabinet: filing server display medicine key bathroom
camera: thermal security cctv dash trail inspection infrared web speed
car: toy pedal model remote
carpet: red
case: suit pillow brief pencil phone book violin guitar
chair: wheel high push shower commode deck rocking camping car bath massage barber barbers dental beach sedan stair
clock: alarm time
coat: white=lab lab=lab laboratory=lab doctor=lab doctors=lab paint top over base
computer: games board bike dive
cooker: slow pressure rice camping egg
counter: geiger rev
cup: egg measuring world
desk: mixing lighting sound dimmer hot reception help standing sit
dish: satellite petri
dresser: hair window
drill: seed fire pillar
drum: tombola raffle oil brake cable steel
dryer: hair hand
fan: extractor football
fork: garden tuning pallet
frame: picture photo walking zimmer climbing cold door window bed
glass: magnifying greenhouse looking
glasses: reading sun
guitar: bass air
heater: water patio car fish
helmet: cycle bike hard riding motorcycle
iron: soldering waffle curling grilling
jacket: hi-vis vis high life dust potato
kettle: bell whistling camping
keyboard: musical=music music=music electric=music
lamp: heat infrared magnifying head sun
ladder: loft rope
light: stage traffic bike christmas
machine: sewing washing knitting coffee embroidery badge popcorn candyfloss bingo fax vending drilling milling rowing
mat: yoga changing gym place mouse door
mattress: air camping cot toddler
microphone: radio wireless lapel
mirror: wing rear
mixer: food cement concrete audio cake paint tap
monitor: baby heart blood energy stage studio foetal air pressure glucose
mouse: field pet
net: fishing mosquito cricket badminton goal
oven: pizza dutch microwave toy
paint: face poster spray car nail oil
paper: wall toilet printer sand graph tissue craft wrapping
parking: bike
phone: ear head micro desk office landline
plant: power machine plastic silk
plate: number hot back licence
press: flower trouser printing heat cider garlic drill bench t-shirt
printer: 3d label receipt photo screen
projector: overhead=slide slide=slide acetate=slide film=slide cine=slide star
rack: server bike wine shoe coat plate roof toast
recorder: tape voice video flight
ring: engagement teething
rod: curtain connecting
ruler: slide
saw: see
scale: piano fish model musical
scooter: mobility
screen: projector=projection projection=projection privacy fire wind silk touch room folding
seat: child car coach vehicle toilet bath stair booster
server: tennis cake
shed: men mens cow
sheet: music spread ice dust fact
shelf: ice continental
sink: kitchen belfast
speaker: guest motivational public
stool: bar shower step milking
stove: camping wood
suit: wet space swim bathing
switch: network light ethernet
table: tennis pool snooker massage changing ironing bird water pottery operating periodic train football dressing coffee
    side bedside occasional console toddler cutting sewing craft drafting log
tablet: stone dishwasher medicine
tank: fish septic think water
tent: party event beer
tie: cable
till: raised
toilet: portable composting
tower: scaffold access
track: race train
trailer: bike film
train: model toy
tree: shoe family artificial
trolley: tea laptop hospital shopping piano
truck: sack pallet toy
trunk: tree swim elephant
vacuum: pump flask
van: ice camper
vice: bench=bench engineers=bench
wagon: play
walker: dog baby
watch: neighbourhood
wheel: pottery potters steering
window: shop
"""
"""By the last word of a thing: the words before it that make it another thing; ``a=b`` says a in the sense of b."""

EXCLUSIVE = """
single / double / queen / king kingsize
large big huge giant jumbo / small little mini tiny miniature
child children childrens kid kids toddler toddlers baby babies infant junior juniors / adult adults
mens gents / womens ladies
boys / girls
electric mains powered motorised battery cordless rechargeable / acoustic / gas / petrol diesel / manual self
winter warm thermal / summer
indoor / outdoor
left / right
upright / grand
a0 / a1 / a2 / a3 / a4 / a5
hdmi / vga
inkjet / laser
polish polsku polskie polski polskiej / urdu / punjabi / lithuanian lietuviu / portuguese / welsh cymraeg / romanian
    / ukrainian / russian / arabic / french / spanish / german / italian / latin / mandarin chinese / bengali / gujarati
    / hindi / turkish / kurdish / farsi dari / pashto / somali / tigrinya / bulgarian / slovak / czech / latvian
    / english
ks1 / ks2 / ks3 / gcse / alevel
"""
"""What nothing can be two of: a want that says one of a line is not met by an offer that says only others of it."""

COLOURS = """
white cream=cream ivory=cream magnolia=cream beige=cream black grey=grey gray=grey charcoal=grey brown red orange yellow
green blue=blue navy=blue purple pink
"""

VERBS = """
assemble build clean clear collect deliver dispose empty fix install mend move paint remove repair restore
reupholster service shift show store teach transport tune
"""
"""Before "a", "our" or "my": what is to be done with the thing that follows, which itself nobody asks for."""

BROKEN = frozenset(["broken", "faulty", "spares"])
MENDERS = "broken faulty spares parts repair mend fix restore tinker"
"""With one of these a want says that it will do with what does not work."""

OWNERS = frozenset(["a", "an", "the", "my", "our", "your", "their", "some", "this", "these", "old"])
HELP = frozenset(["help", "helping", "someone", "somebody", "anyone", "person", "volunteer", "volunteers"])

HOMONYMS = """
bar basin bat bath bell bench board boot bulb bulbs bus cable camera cane case chest coach cone cooker cord cot
cover crane crutch curtain desk dresser drill driver drum drums file folder frame glass glasses hall horn iron
keyboard lead locker mic mixer monitor mouse net notebook organ pen pipe plant planter plants plate plates press
printer racket ramp recorder reel ring router scale scales scooter screen seal server sink slide speaker stage
staging stand stool switch table tablet tank tap throw tower tray trolley trunk vice walker
"""
"""Words of several senses: they are the same thing only where both sides stand in one corner of the catalogue."""

MEASURES = """
bag bale basket batch bin box bunch bundle carton case container couple crate dozen drum flat handful jar job
load lot number pack packet pair pallet piece pile quantity range reel roll sack selection set sheet stack tin
trailer tray tub van variety
"""

PICTURES = "photo photograph picture painting drawing model replica copy book history manual poster print story"

WHOLE = "only alone"

SERVICES = """
teach: teacher tutor tuition lesson class course training trainer coach coaching instructor teaching learn
fix: repair mend fix fixer mending fixing servicing maintenance mechanic tuning
clean: cleaning cleaner
move: removal delivery collection moving
"""

HELPS = "help support advice adviser talk skills service work"

WIDER = """
toys: toys
sports equipment, sports kit, pe equipment: sports
musical instruments, instruments: music
groceries, food, surplus food, food parcels: food
stationery, office supplies, school supplies: office
packaging, packing materials, packaging materials: packaging
building materials, diy materials, building supplies: materials
craft materials, art materials, craft supplies, art supplies: making/craft
gardening tools: tools/garden
tools: tools/hand tools/power tools/measuring
furniture: furniture
office furniture: furniture/desk furniture/chair furniture/storage furniture/table
bedroom furniture: furniture/bed furniture/wardrobe
living room furniture: furniture/sofa furniture/armchair
seating: furniture/chair furniture/sofa furniture/armchair
computers, computer, pcs: it/desktop it/laptop
it equipment, it kit, computer equipment: it
kitchen equipment: appliances/kitchen
white goods, household appliances, appliances: appliances
mobility aids, mobility equipment, disability aids: medical-mobility
baby equipment, baby things: baby
av equipment, av kit, audio visual equipment: av
"""
"""Words for many things: a listing in one of these categories is one of them."""

MEMBERS = """
clothes: coat, jacket, blazer, school uniform, baby clothes, fancy dress
bedding: duvet, pillow, bed sheet, blanket, throw
plants: shrub, bulbs, plug plants, bedding plants
crockery: plates, cups and saucers
fabric: fabric offcuts
camping equipment, camping gear: tent, sleeping bag, camp bed, rucksack
gym equipment, fitness equipment: exercise bike, treadmill, dumbbells, gym mat, yoga mat
flooring: carpet, carpet tiles, laminate flooring, vinyl flooring
timber, wood: planks, plywood, scaffold boards
paint: emulsion
christmas decorations: tinsel, baubles, christmas lights, christmas tree
pram: pushchair
laptop: chromebook
children's book: picture book
mobile phone: iphone, android phone
heater: oil filled radiator
"""
"""Words for many things, and the things that they mean, wherever those stand."""

NOT_ONE_OF = """
stool, bar stool, desk pedestal, desk divider, tripod, camera lens, lighting desk, dimmer desk, softbox, two-way
radio, uninterruptible power supply, network storage, e-reader, overlocker, embroidery machine, knitting
machine, dressmaker's dummy, sewing patterns, filament, cnc machine, milling machine, toner cartridge, ink
cartridge, headboard, music stand, sheet music, song book, guitar amplifier, pet food, dog food, cat food, baby
food, paper shredder, till, first aid kit, defibrillator, magnifier, magnifying lamp, kiln, potter's wheel,
loom, badge machine, monitor arm, monitor stand, projector screen, bike lock, bike pump, bike tools, bike rack,
bike stand, cycle helmet, desk fan, thin client
"""
"""Things that stand in a category named after something else: they are none of what it is named after."""
