"""What the search knows of English: words that say nothing, words that say little, and words that say the same.

The tables hold everyday and computing English, and nothing about any document. Other languages are searched without such help.
"""

from __future__ import annotations

__all__ = ["COMMON_WORDS", "STOP_WORDS", "SYNONYMS"]

# Words that only hold a sentence together, and what an apostrophe leaves of them (don't: don, t).
_STOP_WORDS = """
a about above after again against all also am an and any are aren as at be because been before being below between both but by
can cannot could couldn did didn do does doesn doing don down during each either else ever every few for from further get gets
got had hadn has hasn have haven having he her here hers herself him himself his how however i if in into is isn it its itself
just let like ll me more most much mustn my myself needn no nor not now of off on once only or other others our ours ourselves
out over own perhaps please rather re same shall she should shouldn so some somebody someone something such than that the
their theirs them themselves then there these they this those though through to too under until up upon us ve very was wasn we
were weren what when where whether which while who whom whose why will with without won would wouldn yet you your yours
yourself
"""

# Words of any conversation. They are searched for, but weigh less than their rarity in the files would have it.
_COMMON_WORDS = """
able accept accord account across act actual actually add afterwards ago agree ahead allow almost alone along already although
altogether always among amount another answer anybody anyone anything anyway anywhere apart apparently appear around aside ask
available avoid away back bad become begin behind believe best better beyond big bit bring build busy buy call came care carry
case cause certain certainly change cheap check choose clear clearly close come common company complete completely concern
consider contain continue correct cost couple course create currently cut day deal decide describe differ difference different
difficult discover done drop due early easily easy eight end enough entire especially even eventually everybody everyone
everything everywhere exactly example except exist expect explain explained extra face fact fall far fast feel fifth fill
final finally find fine finish first five follow following force forget form former forward found four fourth full future gave
general generally getting give given giving go goes going gone good great group grow guess half hand handle happen happens
hard hardly hear held help hence high hold hope hour huge hundred idea imagine important include indeed inside instead
interest involve job keep kept kind knew know known large last late later latter lead learn least leave left less level likely
line list little live lives long longer look lose lost lot low made main mainly make many matter may maybe mean meant
meanwhile mention might million mind mine minute miss month morning move must name near nearly necessary need never
nevertheless new next nice night nine nobody none normal normally nothing notice nowadays nowhere number obvious obviously
occur offer often old one ones onto open opposite order ordinary otherwise outside overall part particular particularly pass
past pay people person piece place plain plan play plenty point possible possibly prefer present pretty prevent previous
probably problem produce proper properly provide pull push put question quick quickly quite reach read ready real really
reason receive recent recently refuse regard remain remember repeat require rest result right run safe said saw say says
second see seem seen sent separate serious seven several short show side silently similar simple simply since single sit six
small solve somehow sometimes somewhat somewhere soon sort speak special spend stand start state stay step still stop straight
strange suddenly suggest suppose sure surely take taken talk tell ten tend thank thereby therefore thing think third thought
thousand three throughout throw thus time today together told tomorrow took toward towards tried trouble true try trying turn
twice two type understand unfortunately unless unlike use used useful user uses using usual usually various via want wants
watch way ways week well went whatever whenever wherever whole wide wish within wonder word work world worse worst worth write
written wrong year yes yesterday
"""

# One group a line: who asks with one of the words may be answered with another. A word can be in several groups.
_SYNONYMS = """
abort cancel interrupt stop
abort crash
absent lost missing
access authorization permission right
activate enable
add create make new
addon extend extension plugin
address link uri url
age expire expiry timeout
alert inform notify
alter change edit modify update
ancestor parent
annotation comment note remark
answer reply response
app application program software
appointment meeting
argument option parameter
array list sequence
assist help support
async asynchronous concurrent parallel
attorney lawyer
attribute column field
authenticate authentication credential login password
author creator owner
auto automatic automatically
automobile car vehicle
avoid prevent
backlog queue
backup copy snapshot
ban block deny forbid
begin launch start
big huge large
bill invoice
block wait
bot crawler robot spider
break crash error exception fail failure
browser client
bug defect error fault issue
build compile generate
business company firm organization
button control widget
buyer client customer
cache memoize store
calendar cron periodic schedule
call execute invoke run
catalogue index
category class group kind type
chart diagram graph plot
cheap inexpensive
check test validate verify
checksum digest hash
child descendant nested
choose pick select
cipher decrypt encrypt encryption
clash collision conflict
clean clear purge
clock time
close end shut
cloud host hosting
code source
collect gather
color colour
combine join merge
command instruction
command verb
commit rollback transaction
compare comparison diff
compress gzip zip
computer host machine server
conceal hide
concurrent parallel simultaneous
condition conditional
config configuration option preference setting
connect connection link
connection network socket
content value
conversion convert transform translate
copy duplicate repeat
correct fix repair resolve
cost expense fee price
crawl scrape spider
cron periodic schedule timer
css style stylesheet theme
currency money
data information
database db
date day time
deactivate disable off
debug debugger troubleshoot
default standard
defer delay postpone wait
delete drop erase remove
deliver send transmit
demo example sample
deny refuse reject
dependency requirement
deploy deployment host publish release
deprecated obsolete old outdated
describe document explain
dict dictionary map mapping
directory folder
disk drive storage
display render show
distant remote
distinct unique
divide partition split
doc document documentation guide manual
doctor physician
document file
documentation guide handbook manual
download fetch retrieve
dump export
email mail smtp
employee staff worker
enhance improve optimize
entry record row
enumerate list
env environment
equal identical same
error exception failure problem
error mistake
event hook notification signal
exclude ignore omit skip
extract parse
failure fault
fast performance profile slow speed
fast performance quick speed
figure integer number
filter restrict
final trailing
find locate lookup search
find query search
fire trigger
first initial
font typeface
form questionnaire
format layout
forward redirect
fragment part piece
freeze hang
function method procedure routine
gateway proxy
graphic image photo picture
halt stop terminate
header heading title
hierarchical hierarchy tree
holiday leave vacation
home house
hyperlink link reference
i18n language locale translation
id identifier key
import load
incorrect invalid wrong
individual person user
inherit inheritance subclass
install installation setup
internet online web
introduction tutorial
issue ticket
iterate iteration loop
job task work
journal log record
key token
kill terminate
label name title
label tag
latest newest recent
layout template
length size
limit maximum quota restrict
limit rate throttle
line row
load read
location place position
login session
memory ram
message notification
metric statistics
migrate migration upgrade
monitor observe watch
move relocate transfer
nested recursion recursive
order sequence sort
output print
overwrite replace
page site
page view
passphrase password secret
path route url
pause resume suspend
pay payment
pay salary wage
people person user
permission privilege right
persist save store
phone telephone
pickle serialization serialize
policy rule
port socket
process subprocess
process worker
program script
query question
query request
recover restore
refresh reload
relabel rename
relation table
release revision version
reliable stable
repeat rerun retry
replace substitute
report summary
restart resume
restore revert rollback undo
return yield
safe secure security
save write
send upload
setting variable
share shared
shutdown stop
site website
space whitespace
state status
string text
temporary tmp
term word
thread threading
timezone zone
trace traceback
track tracking
translate translation
update upgrade
warn warning
week weekly
"""

STOP_WORDS = frozenset(_STOP_WORDS.split())
COMMON_WORDS = frozenset(_COMMON_WORDS.split())
SYNONYMS = tuple(tuple(line.split()) for line in _SYNONYMS.strip().splitlines())
