"""What is said of each thing that `checks` can find: what is, what it means, what to do next. Pure, in any language.

Written for who is called at three in the morning: one plain sentence each, and the command or the setting by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from node.services.health.checks import BROKEN, LOOK, OK, Finding, worst
from node.voices import later


class Told(NamedTuple):
    """A part of the node, and what is said of it; ``means`` and ``next`` are empty where all is well."""

    name: str
    what: str
    means: str = ""
    next: str = ""


NAMES: Mapping[str, str] = {
    "database": later("Database"),
    "worker": later("Regular work"),
    "disk": later("Room on the disk"),
    "backup": later("Backup"),
    "feed": later("Our feed"),
    "address": later("Our address"),
    "certificate": later("Certificate"),
    "readers": later("Who reads us"),
    "mail": later("Mail"),
    "messages": later("Messages to other nodes"),
    "search": later("Search"),
    "clock": later("Clock"),
    "photos": later("Photos"),
    "secrets": later("Secrets"),
}
_Words = tuple[str, str, str]
_WORDS: Mapping[str, _Words] = {
    "database.ok": (later("What is written is kept."), "", ""),
    "database.old": (
        later("The database has the form of an older version."),
        later("Nothing that this version adds can be kept."),
        later("Stop the node, run “sharefeed db upgrade”, and start it again."),
    ),
    "database.newer": (
        later("The database has the form of a newer version."),
        later("This version leaves it alone, and shows and changes nothing."),
        later("Install the newer version again. There is no way back but a backup of before."),
    ),
    "database.unwritable": (
        later("Nothing can be written to the database: %(problem)s"),
        later("Pages can be read, but nobody can publish or change anything."),
        later("Look whether the disk is full, and whether the node’s user may write to its folder."),
    ),
    "database.busy": (
        later("Another program holds the database, and did not let go of it in %(seconds)s seconds."),
        later("Pages can be read, but nobody can publish or change anything."),
        later("Look which program that is, such as a copy that is being made of its file, and end it."),
    ),
    "database.full": (
        later("There is no room left for the database."),
        later("Pages can be read, but nobody can publish or change anything."),
        later("Make room on its disk now. Old backups are the first thing that can go, once a copy lies elsewhere."),
    ),
    "database.read-only": (
        later("The database can only be read."),
        later("Pages can be read, but nobody can publish or change anything."),
        later("Look whether its disk is mounted read-only, which happens after a fault, and whose file it is."),
    ),
    "database.slow": (
        later("The database made us wait for %(seconds)s seconds."),
        later("Forms are sent slowly."),
        later("Look which program holds the database, such as a copy that is being made of its file."),
    ),
    "worker.ok": (later("It is at work."), "", ""),
    "worker.never": (
        later("It has never begun."),
        later("Nothing ends on its day, no mail is sent, no backup is made, and no other node is read."),
        later("Run the node with “sharefeed serve”, or run “sharefeed worker” beside “sharefeed web”."),
    ),
    "worker.silent": (
        later("It stands still."),
        later("Nothing ends on its day, no mail is sent, no backup is made, and no other node is read."),
        later("Start the node again. If it stops soon after, the last lines of its log say why."),
    ),
    "worker.failing": (
        later("It is at work, but some of it fails again and again: %(problem)s"),
        later("What is named there is not done. Nothing is lost: it is tried again by itself."),
        later("Look at the log: it says when that began, and what it met."),
    ),
    "disk.ok": (later("%(megabytes)s MB are free."), "", ""),
    "disk.low": (
        later("Only %(megabytes)s MB are free in %(folder)s."),
        later("Photos and backups will not fit before long."),
        later("Make room, or put the backups on another disk with the setting backup_folder."),
    ),
    "disk.filling": (
        later(
            "%(megabytes)s MB are free, but it fills: as it goes on, the disk of %(folder)s is full in %(days)s days."
        ),
        later("Then nothing can be published, and no backup be made."),
        later("Look what grows. Make room, or put the backups on another disk with the setting backup_folder."),
    ),
    "disk.full": (
        later("Only %(megabytes)s MB are free in %(folder)s."),
        later("Soon nothing can be published, and no backup be made."),
        later("Make room now. Old backups are the first thing that can go, once a copy lies elsewhere."),
    ),
    "backup.ok": (later("The last one is whole; %(kept)s are kept, the last has %(megabytes)s MB."), "", ""),
    "backup.off": (
        later("No daily backup is made."),
        later("If this machine is lost, everything is."),
        later("Set backup_folder to a folder on another disk, and backup_days to 14."),
    ),
    "backup.none": (
        later("There is no backup yet in %(folder)s."),
        later("If this machine is lost, everything is."),
        later("The first one is made within ten minutes of work. Make one now with “sharefeed db backup”."),
    ),
    "backup.old": (
        later("No backup was made for two days or more."),
        later("What was done since the last one would be lost with this machine."),
        later("Run “sharefeed db backup”: it says what is in its way."),
    ),
    "backup.failed": (
        later("The next one could not be made: %(problem)s"),
        later("What was done since the last one would be lost with this machine."),
        later("Do what is said there. It is tried again every ten minutes."),
    ),
    "backup.unreadable": (
        later("The last backup, %(file)s, cannot be read."),
        later("Only the ones before it can be brought back."),
        later("Look at the disk of %(folder)s, and make a new one with “sharefeed db backup”."),
    ),
    "feed.ok": (later("It can be read, and keeps every rule."), "", ""),
    "feed.unreadable": (
        later("It cannot be read: %(problem)s"),
        later("No catalogue shows anything new of ours."),
        later("Run “sharefeed validate” with this node’s address: it names the place."),
    ),
    "feed.faulty": (
        later("A listing breaks a rule: %(problem)s"),
        later("Catalogues leave that listing out."),
        later("Run “sharefeed validate” with this node’s address, and change the listing that it names."),
    ),
    "address.ok": (later("%(address)s answers, and is us."), "", ""),
    "address.unknown": (later("%(address)s was not asked yet; that is done every five minutes."), "", ""),
    "address.unreachable": (
        later("%(address)s does not answer as it should: %(problem)s"),
        later("Nobody out there reaches this node, neither people nor catalogues."),
        later("Look at the web server in front, its certificate, and where the name leads."),
    ),
    "certificate.ok": (later("Days until it ends: %(days)s."), "", ""),
    "certificate.none": (later("Our address needs none."), "", ""),
    "certificate.unknown": (later("It was not looked at yet; that is done once an hour."), "", ""),
    "certificate.soon": (
        later("It was not renewed. Days until it ends: %(days)s."),
        later("After that browsers warn of this site, and no catalogue reads it."),
        later("Look why it is not renewed: the log of the web server in front, or of the program that renews it."),
    ),
    "certificate.over": (
        later("It has ended."),
        later("Browsers warn of this site, and no catalogue reads it."),
        later("Renew it now, and let the web server in front load it."),
    ),
    "readers.ok": (later("Nodes that read us: %(count)s, last %(who)s."), "", ""),
    "readers.none": (later("No catalogue has read us yet."), "", ""),
    "readers.quiet": (
        later("No catalogue has read us for a week; the last was %(who)s."),
        later("What is published here is not seen there."),
        later("Look whether our address answers, and ask whoever runs that catalogue."),
    ),
    "mail.ok": (later("Mails are sent; %(waiting)s wait for their turn."), "", ""),
    "mail.off": (
        later("No mail server is set."),
        later("Invitations, new passwords and reminders are not mailed."),
        later("Set smtp_host and mail_from, and start the node again."),
    ),
    "mail.captured": (
        later("Mails are kept here and none is sent."),
        later("Nobody gets an invitation or a reminder."),
        later("Take mail_capture out of the settings: it is for trying things out."),
    ),
    "mail.no-password": (
        later("The mail server’s password cannot be read: %(problem)s"),
        later("No mail is sent."),
        later("Put the password into the file that smtp_password_file names, and run “chmod 600” on it."),
    ),
    "mail.stuck": (
        later("Mails have been waiting for hours, %(waiting)s by now: %(problem)s"),
        later("Invitations, new passwords and reminders do not arrive. They are given up after four days."),
        later("Look whether the mail server is up and takes our name and password. Then they go by themselves."),
    ),
    "mail.late": (
        later("The last try failed, %(waiting)s wait: %(problem)s"),
        later("Mails arrive late. They are tried again by themselves."),
        later("Nothing, if it is over within an hour."),
    ),
    "mail.away": (
        later("The mail server does not let us in: %(problem)s"),
        later("Nothing waits yet, but the next mail will."),
        later("Look whether the mail server is up and takes our name and password. We ask again by ourselves."),
    ),
    "mail.failed": (
        later("%(failed)s mails of this week were given up: %(problem)s"),
        later("Whoever they were for has not got them."),
        later("Look whether the addresses are right, if the reason names none of ours."),
    ),
    "messages.ok": (later("Nothing waits that could not be delivered."), "", ""),
    "messages.late": (
        later("%(late)s could not be delivered yet, to %(who)s: %(problem)s"),
        later("Requests and answers arrive there late. They are tried again by themselves."),
        later("Nothing, if it is over within a day."),
    ),
    "messages.stuck": (
        later("%(late)s have been waiting for a day or more, for %(who)s: %(problem)s"),
        later("Requests and answers do not arrive there. They are given up after a week, and the desk says so."),
        later("Ask whoever runs that node. If it is several, look at this machine’s network and at its name server."),
    ),
    "messages.failed": (
        later("%(failed)s of this week and the one before were given up, to %(who)s: %(problem)s"),
        later("What they were about ended on one side only. The desk shows it at each request."),
        later("Ask whoever runs that node whether it is still there."),
    ),
    "search.ok": (later("It knows everything that is shown."), "", ""),
    "search.none": (later("This node has no search: it only publishes."), "", ""),
    "search.building": (
        later("It is being built anew."),
        later("Searching gives no results for some minutes; pages of listings are there."),
        later("Nothing. If it takes longer than half an hour, look at the regular work."),
    ),
    "search.behind": (
        later("It is %(count)s changes behind."),
        later("What was published just now is not found yet."),
        later("Nothing, if the number gets smaller. Else look at the regular work."),
    ),
    "clock.ok": (later("It has not jumped."), "", ""),
    "clock.behind": (
        later("It is %(minutes)s minutes behind what was noted here before."),
        later("Things end too late, sign-in codes fail, and other nodes may refuse what we say."),
        later("Set the machine’s clock by the network (timedatectl set-ntp true)."),
    ),
    "clock.moved": (
        later("It was put back by %(minutes)s minutes."),
        later("What was due in between may have been done a second time, or late."),
        later("Nothing, if it is right now. Set it by the network, so that it does not jump again."),
    ),
    "clock.late": (
        later("It is %(minutes)s minutes behind the clocks of other sites; %(count)s were asked."),
        later("Things end too late, sign-in codes fail, and other nodes may refuse what we say."),
        later("Set the machine’s clock by the network (timedatectl set-ntp true)."),
    ),
    "clock.ahead": (
        later("It is %(minutes)s minutes ahead of the clocks of other sites; %(count)s were asked."),
        later("Things end too early, sign-in codes fail, and other nodes may refuse what we say."),
        later("Set the machine’s clock by the network (timedatectl set-ntp true)."),
    ),
    "clock.doubted": (
        later("Another site’s clock says something else, by %(minutes)s minutes."),
        later("One of the two is wrong. If it is ours, things end at the wrong time and sign-in codes fail."),
        later("Compare it with a clock that you trust. Set it by the network (timedatectl set-ntp true)."),
    ),
    "photos.ok": (later("They can be taken in and made small."), "", ""),
    "photos.missing": (
        later("What reads photos is not installed: %(problem)s"),
        later("Nobody can add a photo."),
        later("Install Sharefeed again, with the packages that it names."),
    ),
    "secrets.ok": (later("Only the node’s user may read them."), "", ""),
    "secrets.open": (
        later("Others on this machine may read %(file)s."),
        later("Whoever does could sign in as anybody."),
        later("Run “chmod 600 %(file)s”."),
    ),
    "secrets.names": (
        later("Others on this machine may read %(file)s."),
        later("It holds the names and addresses of people."),
        later("Run “chmod 600 %(file)s”."),
    ),
    "secrets.key": (
        later("The key that this node signs with cannot be used: %(problem)s"),
        later("Other nodes believe nothing that is said from here."),
        later("Mend what is said there, or bring your copy of the key: “sharefeed key import”."),
    ),
    "secrets.missing": (
        later("%(file)s is not there."),
        later("Nobody stays signed in, and links that were mailed do not work."),
        later("Put the copy of it back. Only if there is none, make a new one with “openssl rand -hex 32”."),
    ),
    "secrets.short": (
        later("What stands in %(file)s is no secret, or not the whole of it."),
        later("Whoever guesses it could sign in as anybody."),
        later("Put the copy of it back. Only if there is none, make a new one with “openssl rand -hex 32”."),
    ),
    "unseen": (
        later("It could not be looked at: %(problem)s"),
        later("Nobody knows whether it works."),
        later("Look at the database first, then here again."),
    ),
}
_WHOLE: Mapping[str, str] = {
    OK: later("Everything is working."),
    LOOK: later("It works, but something should be looked at."),
    BROKEN: later("Something is broken."),
}
STATES: Mapping[str, str] = {OK: later("well"), LOOK: later("look at it"), BROKEN: later("broken")}

Say = Callable[[str], str]


def told(finding: Finding, say: Say) -> Told:
    """What is said of a finding; ``say`` gives a text in the reader's language."""
    words = _WORDS.get(f"{finding.code}.{finding.reason}") or _WORDS[finding.reason]
    filled = (say(text) % finding.values if finding.values and text else say(text) if text else "" for text in words)
    return Told(say(NAMES[finding.code]), *filled)


def whole(findings: Collection[Finding], say: Say) -> str:
    """The whole in one sentence."""
    return say(_WHOLE[worst(findings)])


def state(finding: Finding, say: Say) -> str:
    return say(STATES[finding.state])
