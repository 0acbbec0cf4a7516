# What people read, in English. Statuses, names of columns and options stay as they are.

## Durations, sizes, lists

duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
bytes = { $count } bytes
# In the system's own words.
os-error =
    { $kind ->
        [InUse] it is open in another program; close it there ({ $error })
       *[other] { $error }
    }
quoted = "{ $text }"
list-separator = { ", " }
list-more = { $items } and { $more } more
count-rows =
    { $count ->
        [one] 1 row
       *[other] { $count } rows
    }
count-calls =
    { $count ->
        [one] 1 call
       *[other] { $count } calls
    }
count-orders =
    { $count ->
        [one] 1 order
       *[other] { $count } orders
    }
clock-ahead = { $time } ahead of the ERP's
clock-behind = { $time } behind the ERP's

## Sheets

# Of what file, and what is wrong with it.
sheet-error = { $file }: { $fault }
sheet-not-found = no such file
sheet-pattern = names a pattern; give the names of files, without * and ?
sheet-directory = is a directory; give the sheet's file
sheet-not-opened = cannot be opened: { $why }
sheet-not-read = cannot be read: { $why }
sheet-not-spooled = cannot be kept in a temporary file in { $directory }: { $why }
sheet-changed = changed while it was being read; close it elsewhere and run again
sheet-empty = is empty: no header line
sheet-no-rows = has a header and no rows, as after an export that failed; nothing was sent, and no file replaced; if it is meant to be so, give --allow-empty
sheet-unknown-encoding = unknown encoding { $encoding }; --encoding takes utf-8, gb18030, gbk, big5, utf-16le, utf-16be and the like
sheet-delimiter = { $delimiter } cannot be a delimiter; --delimiter takes one ASCII character that is no quote, letter, digit or line break
sheet-malformed = line { $line } is not valid { $encoding }; save the file again as UTF-8, or give its true encoding with --encoding
sheet-zero-bytes = looks like UTF-16 text without a byte order mark, or is no sheet at all; if it is text, give --encoding utf-16le or --encoding utf-16be
sheet-two-encodings = its few characters could be UTF-8 or GB18030; say which with --encoding utf-8 or --encoding gb18030
sheet-save-again = is { $what }; open it in Excel or WPS and save it as .xlsx or .csv
sheet-behind-mark = is a workbook or archive behind a byte order mark: it was damaged in transfer; get it again, as it was
sheet-encrypted = is encrypted by a document security system (such as 亿赛通); have it decrypted, or save it where the program may read it
sheet-lock-file = is the lock file that a spreadsheet program keeps while { $document } is open; give { $document }
sheet-not-a-sheet = is no sheet but { $what }; give the sheet itself, or export it as .xlsx or .csv
sheet-no-table = holds no table: it is a web page, perhaps one to log in; export the sheet again
sheet-cut-table = ends within a table: it was cut off, so rows may be missing; export it again, or open it in Excel or WPS and save it as .xlsx or .csv
sheet-bad-xml = line { $line } is not well-formed XML; export it again, or open it in Excel or WPS and save it as .xlsx or .csv
sheet-password = is password-protected, or its structure or its sheets are; save it without a password and unprotect workbook and sheets (审阅 → 保护), or save it as .csv
sheet-damaged = is not a sheet that can be read ({ $damage }); open it in Excel or WPS and save it again as .xlsx or .csv
sheet-too-large = holds more than { $limit } of cells; if it is meant to be so large, give --max-workbook-size, and else delete what is outside the table or save it as .csv
sheet-unknown-worksheet = has no worksheet { $asked }; it has { $worksheets }
sheet-several-worksheets = several worksheets have the columns: { $worksheets }; take one with --sheet NAME (for another, run once more with its own -o FILE: the last row of an order then decides within one worksheet only)
sheet-several-tables = several worksheets have the columns: { $tables }; take one with --sheet NUMBER (for another, run once more with its own -o FILE: the last row of an order then decides within one worksheet only)
sheet-hidden-worksheets = no visible worksheet has the columns; hidden ones have: { $worksheets }; take one with --sheet NAME
sheet-unreadable-worksheet = worksheet { $worksheet } cannot be read ({ $damage }), and rows may be missing; open the workbook in Excel or WPS and save it again, or take another worksheet with --sheet NAME
sheet-no-worksheets = is text and has no worksheets; leave out --sheet
sheet-hidden-rows =
    { $count ->
        [one] 1 row is hidden, by a filter perhaps; to
       *[other] { $count } rows are hidden, by a filter perhaps; to
    } give one flag to visible rows alone, add --visible-only; to hidden ones too, --include-hidden
sheet-no-hidden-rows = is text and has no hidden rows; leave out --visible-only
sheet-merged-header = line { $line }: { $header } is merged over the columns { $from } to { $to }; say which is the { $column } with { $option } and its letter
sheet-no-such-line = no row begins on line { $line }; give --header-line the line or worksheet row of the header
sheet-several-headers = more than one line could be the header: { $lines }; say which with --header-line
sheet-header-in-doubt = line { $line } ({ $cell }) may be a row, a title or what was asked for, and not the header; say --header-line { $line } if it is the header, or its line, or --no-header if the sheet has none
sheet-no-check-column = line { $line } has columns of a results or failures file, but not "row_check", by which each row proves what it is; give the file back with all its columns, or take line, status and the others out to send it as a sheet of its own
sheet-own-column-twice = line { $line }: two columns are named "{ $column }", and which of them wdt-flags added cannot be told; rename the sheet's own, or move the added columns together again to the end
sheet-ambiguous-column = line { $line }: more than one column could be the { $column }: { $columns }; say which with { $option } and its letter
sheet-same-column = line { $line }: column { $column } cannot be both the order and the flag; correct --order-column or --flag-column
sheet-unclosed-quote = line { $line }, column { $column }: the quote (") that opens here is never closed; close it, or double it if it belongs to the text
sheet-too-long = the row on line { $line } is longer than 1 MiB; no row of a sheet is, so this is probably no sheet

# What is missing, what to do, and what else it may be, with the separator between.
sheet-with-rows = { $title } ({ $rows })
sheet-no-column = no { $column }
sheet-line-has = line { $line } has { $headers }
sheet-name-it = name it with { $options } (header or letter), or the header's line with --header-line, the separator with --delimiter, the worksheet with --sheet
sheet-or-one-flag = or give all orders one flag with --flag NAME, or clear their flags with --clear
sheet-or-no-header = if the sheet has no header, say --no-header and name the columns by letter
sheet-or-encoding = if its words look wrong: its encoding was guessed to be { $encoding }, give the true one with --encoding
sheet-clause-separator = { "; " }

# Columns, lines and worksheets as the texts above name them.
sheet-order-column = order column (purchase_no, 采购单号)
sheet-flag-column = flag column (flag_name, 标记)
sheet-titled-column = { $header } (column { $letter })
sheet-numbered = { $number }: { $title }
sheet-numbered-empty = { $number }: empty
sheet-hidden = { $worksheet } (hidden)

# What is wrong inside a workbook.
sheet-damage-broken = it is damaged
sheet-damage-cut = it ends early
sheet-damage-no-worksheets = it has no worksheets
sheet-damage-no-cells = a worksheet's cells are not there
sheet-damage-no-text = a cell's text is not there
sheet-damage-value = a cell's value cannot be read: { $value }
sheet-damage-place = a cell in no place: { $place }
sheet-damage-two-cells = it has two cells in one place on line { $line }
sheet-damage-long-text = a cell's text is too long
sheet-damage-order = its rows or columns are not in order
sheet-damage-far-apart = cells far apart; delete what is outside the table
sheet-damage-too-much = it has more rows, columns, tables or parts than a workbook can have
sheet-damage-packing = it is packed in a way that is not supported

# What was found out about a sheet.
sheet-format-text = delimited text
sheet-format-html = HTML table
sheet-format-xml = XML spreadsheet
sheet-read-as = read as { $format }
sheet-encoding =
    { $encoding }{ $is_marked ->
        [0] {""}
       *[other] {" "}with BOM
    }
sheet-separated-by-tabs = separated by tabs
sheet-separated = separated by `{ $delimiter }`
sheet-worksheet = worksheet { $worksheet }
sheet-no-header = no header
sheet-header = header on line { $line }
sheet-header-below-titles =
    header on line { $line } ({ $skipped ->
        [one] 1 title line
       *[other] { $skipped } title lines
    } skipped)
sheet-foot =
    { $count ->
        [one] 1 line
       *[other] { $count } lines
    } below the last row left out (totals, notes, signatures)
sheet-columns = orders from column { $order }, flags from column { $flag }
sheet-one-flag = orders from column { $order }, flag { $flag } for all rows


## Runs: notes, stops, problems of rows

stop-signal = interrupted
stop-clock = { $reason } (status { $status }), even after the clock was corrected by { $offset } s from the ERP's Date header
stop-failures =
    { $count ->
        [one] 1 order was not accepted (--max-failures)
       *[other] { $count } orders were not accepted (--max-failures)
    }
stop-consecutive-failures = { $orders } in a row failed, the last with: { $message } (--max-consecutive-failures)
stop-unreachable =
    { $answered ->
        [0] not one call was answered in { $seconds } s: { $reason } (is the endpoint right?)
       *[other] the server has not answered for { $seconds } s: { $reason }
    } ({ $limit })
stop-shut-out = no call has got through the ERP's limit for { $seconds } s: { $reason } (--give-up-after)
stop-deadline = the deadline has passed (--deadline)

run-sheet-replaced = { $sheet }: another file was saved over it; it is left as it is
run-no-workers = cannot start the workers: { $why }
run-interrupted =
    { $is_stopped ->
        [0] { $source }
       *[other] stopped early: { $reason }; then: { $source }
    }; what is known { $is_kept ->
        [0] stood in `{ $journal }`, which was removed or moved away during the run: put it back, or the same command starts over
       *[other] is kept in `{ $journal }`, and the same command continues from there
    }
run-account-busy = another run is calling for the same account ({ $holder }), and this one has waited for { $waited }; nothing was sent: run the same command again when the other has ended

journal-of-other-identity = the journal found there belongs to another account, endpoint, choice of columns or --on-conflict; kept as `{ $path }`, starting over
journal-not-own = the journal found there is another user's; kept as `{ $path }`, starting over
journal-of-other-rows = the journal found there holds rows this sheet does not have; kept as `{ $path }`, starting over
journal-too-old = the journal found there is of a run { $age } ago, too old to be true today (--continue-within); kept as `{ $path }`, starting over
journal-damaged = the journal found there is damaged; kept as `{ $path }`, starting over
journal-of-other-sheet = a run that was cut short, over another sheet with the same results or failures, cannot be continued any more; its journal is kept as `{ $path }`
journal-not-wanted = the journal found there is not continued, as asked (--fresh); kept as `{ $path }`, starting over

results-missing = they are not there
results-of-other-form = they are not as wdt-flags writes them
results-with-other-columns = they have other columns
results-of-other-account = they are of another account

place-line = line { $line }
place-line-of-sheet = line { $line } ({ $origin } of the sheet)
place-of-failures = { $line } of the failures file

note-conflict = the order is given different flags
note-invalid-and-decided = { $problem }; but { $line } decides: remove this row rather than correct it
note-half-width = the order in half-width: { $order }
note-put-right = a spreadsheet had made { $now } of the order; put right
note-and = { $message }; { $note }
note-conflict-last = the order is given different flags; its last row is { $line }
note-conflict-accepted-before = the order is given different flags; its last row is { $line }; the last one was accepted before the sheet grew
note-left-out = hidden in the sheet (--visible-only)
note-not-sent-for = not sent: { $reason }
note-not-sent = not sent
note-beyond-limit = not sent: --limit { $limit }
note-unchanged = the ERP lists it with "{ $flag }" already
note-unchanged-since = the ERP lists it with "{ $flag }" already, last modified { $time }
note-not-carried = accepted, but the ERP does not carry it: it carries "{ $flag }"
note-read-back = the call failed, but the ERP carries the flag: read back
note-not-read-back = accepted; not read back: { $why }
note-same-as = same as { $line }
note-same-as-reply = same as { $line }: { $reply }
note-unknown-flag = as { $line }; define the flag in the ERP or correct it
note-decided = { $line } decides
note-decided-rejected = { $line } decides and was rejected; take that row out to send this one
note-decided-failed = { $line } decides, but failed: the order keeps the flag it had, unless the ERP applied a call whose reply was lost
note-decided-skipped = { $line } decides, but was skipped: the order keeps the flag it had

problem-fewer-fields = wrong number of fields: fewer than the { $expected } of the header; a line break has probably torn it from the row above; join the two, with quotes around the cell that has the line break
problem-more-fields = wrong number of fields: more than the { $expected } of the header; correct the rows, and put quotes around a cell that contains the delimiter
problem-fields = { $found } instead of { $expected }
problem-detail = { $problem } ({ $detail })
problem-open-quote = a quote (") does not close where its field ends, and may have taken in the rows below; close it, or double it if it belongs to the text
    .detail = line { $line }, column { $column }, through line { $through }
problem-cut-off = the sheet ends in the middle of a row? if not, end it with a line break
problem-extra-fields = wrong number of fields, see extra_fields; correct the row and empty that cell
problem-doubtful = { $column } is still what was in doubt; enter the order again as text, or, if this is it, add ! to row_check
problem-doubtful-flag = { $column } is still what was in doubt; enter the flag again as text, or, if this is it, add ! to row_check
problem-cut = { $column } is a number of which a spreadsheet has cut digits; enter the order again as text, or, if this is it, add ! to row_check
problem-moved = { $column } is the order of another row: a column was probably sorted or filled by itself; put it right, or, if it is meant, add ! to row_check
problem-flag-column = { $column } was changed, but sent_flag is what is sent; change it there, or add ! to row_check to send it as it is
problem-unlisted-flag = { $column } is none of the profile's flags (flags in the configuration file)
    .detail = { $flag }, the nearest is { $nearest }
problem-empty = { $column } is empty
problem-too-long = { $column } has more than the { $max } characters that the ERP takes
    .detail = { $length } characters

character = character { $position } is { $code }
character-line-break = { $column } has a line break; remove it
character-tab = { $column } has a tab; remove it
character-control = { $column } has a control character; remove it
character-replacement = { $column } has �; the text was already damaged when the sheet was saved; export it again
character-private-use = { $column } has a character without a meaning; the sheet was probably read in the wrong encoding; give its own with --encoding
character-invisible = { $column } has an invisible character; it makes another text than the one that is seen; enter the cell again
character-emoji = { $column } has an emoji; the ERP may refuse emoji; remove it

misfit-formula-error = { $column } is the error of a formula; correct it in the workbook
misfit-nothing = { $column } stands for an empty cell, or for the one above; enter what is meant
misfit-no-value = { $column } is a formula without a value, or of value 0; if it was never calculated, open the workbook in Excel or WPS, save it and try again, else enter what is meant as text
misfit-narrow = { $column } is what a spreadsheet shows for a value that its column is too narrow for; widen the column and export again
misfit-format = { $column } is a number that its cell format shows as another text; format the column as text (文本) and enter what is meant
    .detail = { $stored }, shown as { $shown }
    .code = { $stored }, cell format { $code }
misfit-few-digits = { $column } is a number with fewer digits than the orders beside it, leading zeros are probably lost; format the column as text (文本) and enter it again
misfit-rounded = { $column } is a number that Excel has probably cut to 15 digits, or a browser has rounded: too many long ones of the column end in zeros; format the column as text (文本) and enter or import the numbers again, or put ' before one that is right
misfit-scientific = { $column } is a number that Excel has cut to 15 digits or less; format the column as text (文本), enter or import the numbers again, and export
misfit-amount = { $column } is a number with decimals or separators between its digits; format the column as text (文本), enter the order as the ERP has it, and export again
misfit-date = { $column } is a date; format the column as text (文本) and enter what is meant
misfit-time = { $column } is a time; format the column as text (文本) and enter what is meant
misfit-boolean = { $column } is a spreadsheet's true or false; format the column as text (文本) and enter what is meant
misfit-percentage = { $column } is a percentage; format the column as text (文本) and enter what is meant
misfit-several-orders = { $column } is several orders; give each a row of its own
misfit-total = { $column } is a total line and no order; remove the row
misfit-note = { $column } is a note, a signature or a page line and no order; remove the row
misfit-repeated-header = { $column } is a repeated header and no order; remove the row

warning-close-encoding = read as { $taken }, but its few characters could as well be { $other }; if words look wrong in `check`, give --encoding { $option }
warning-alike = orders that differ in upper and lower case only and may be one to the ERP: { $orders }; they are sent one after the other
warning-hidden-rows =
    { $count ->
        [one] 1 row is hidden, by a filter perhaps, and sent too; --visible-only leaves it out
       *[other] { $count } rows are hidden, by a filter perhaps, and sent too; --visible-only leaves them out
    }
warning-hidden-rows-left-out =
    { $count ->
        [one] 1 row is hidden and left out (--visible-only)
       *[other] { $count } rows are hidden and left out (--visible-only)
    }
warning-full-width =
    { $count ->
        [one] 1 row has an order with full-width letters or digits, which is
       *[other] { $count } rows have orders with full-width letters or digits, which are
    } sent in half-width
warning-merged-cells =
    { $count ->
        [one] 1 order or flag cell is merged over rows; the value counts for each of these
       *[other] { $count } order or flag cells are merged over rows; the value counts for each of these
    }

readback-different = the ERP carries "{ $flag }"
readback-different-since = the ERP carries "{ $flag }", last modified { $time }
readback-not-found = the ERP shows this account no such order
readback-without-flag = the ERP lists the order without its flag
readback-twice = the ERP lists it twice, with { $one } and { $other }
readback-not-asked = not asked
readback-not-asked-why = not asked: { $why }
readback-decided-as = { $line } decides: { $message }

## Accounts and calls

call-rejected = rejected: { $reason }
call-throttled = throttled: { $reason }
call-transient = failed for now: { $reason }
call-unreachable = not reached: { $reason }
call-clock = wrong clock: { $reason }
call-fatal = fatal: { $reason }
call-doubtful = refused: { $reason }
call-with-status = { $what } (status { $status })

reason-wrong-endpoint = HTTP { $status }: wrong endpoint?
reason-refused-before-erp = HTTP { $status }: refused before the ERP
reason-too-many-requests = HTTP 429: too many requests
reason-other-form = the ERP answers in a form that is not known
reason-not-json =
    the reply is not the ERP's JSON, but { $kind ->
        [empty] empty
        [page] a web page titled "{ $words }"
       *[other] "{ $words }"
    }
reason-no-date = { $reason }; the ERP gives no Date header to correct the clock by: set this machine's clock
reason-maintenance = the system is under maintenance
reason-no-connection = no connection within { $seconds } s
reason-timeout = no reply within { $seconds } s
reason-host-not-found = host not found
reason-proxy-login = the proxy { $proxy } wants a user and password that it knows (HTTP 407); give them in { $variable }, as http://USER:PASSWORD@HOST:PORT
reason-malformed = unusable reply: { $what }
reason-out-of-handles = this machine cannot open another connection: { $why }; allow more open files (ulimit -n) or use fewer --workers
reason-certificate = the server's certificate is not trusted: { $why }
reason-through-proxy = { $reason } (through the proxy { $proxy })

destination = { $account } (app key { $app_key }) at { $endpoint }
destination-stand-in = the stand-in (--sandbox); nothing is sent to the ERP

setting =
    { $key ->
        [sid] seller account (sid)
        [app_key] app key
        [app_secret] app secret
       *[endpoint] endpoint
    }

account-secret-form = the app secret must have the form secret:salt, with neither half empty
account-nowhere-to-ask = init asks on stderr, which goes elsewhere here; leave it on the terminal
account-asked = the account goes into profile `{ $profile }` of { $file }; app key and secret are those of your application on the ERP's open platform (旺店通开放平台)
account-may-replace = profile `{ $profile }` (sid { $sid }) is there already; replace its account?
account-saved =
    saved as profile `{ $profile }` of { $file }{ $privacy ->
        [private] , which nobody else can read
       *[inherited] {""}
    }
account-overruled = { $names } in the environment comes before the profile; unset it, or give --profile { $profile }

config-misplaced = { $origin }: the { $setting } has a quote, blank, line break or invisible character ({ $character }) where there can be none; take it out, or type it again
config-empty = { $origin }: the { $setting } is empty
config-no-endpoint = { $origin }: the endpoint is none; give `production`, `test` or a URL that begins with https:// or http://
config-ended = input ended before the { $setting }, so nothing is saved; on a terminal init asks, from a script it reads four lines: seller account, app key, app secret, endpoint
config-not-a-file = `{ $path }` is a link or no regular file, and is not written; name the file itself with --config
config-taken = profile `{ $profile }` of { $file } is there already and is kept; --yes replaces its account, --profile NAME makes another
config-mixed = environment and profile name different accounts, and this would mix them: { $one } from { $one_origin }, but { $other } from { $other_origin }; give the whole account in one place, or take away what belongs to the other
config-incomplete = { $missing } not given: `wdt-flags init` asks for the account and saves it; or set WDT_SID, WDT_APP_KEY and WDT_APP_SECRET (as secret:salt; or WDT_APP_SECRET_FILE) in the environment, or sid, app_key and app_secret (or app_secret_file) in { $place }; `wdt-flags run SHEET --sandbox` needs no account
config-at = { $place }: { $why }
config-in-environment = environment variable { $name }
config-in-profile = { $key } in { $place }
config-default = default
config-origin = { $setting } from { $origin }
config-workers = workers: write a whole number from 1 to { $most }
config-flags = flags: write the account's flags as ["加急", "待质检"]
config-output-format = output_format: write csv or xlsx
config-file = the configuration file
config-profile = profile `{ $profile }` of { $file }
config-two-secrets = give { $one } or { $other }, not both
config-null = { $origin }: the { $setting } is not saved as text that can be read here; save it as UTF-8
config-unreadable = cannot read `{ $path }` ({ $origin }): { $why }
config-no-profile =
    there is no profile `{ $profile }` in { $file }{ $count ->
        [0] {""}
       *[other] ; it has: { $others }; take one with --profile NAME
    }
config-malformed =
    { $message }{ $advice ->
        [quotes] ; write plain quotes: "…", and not those of a Chinese input method
        [backslash] ; in double quotes write \\ or / for each \, or use single quotes: 'C:\…'
       *[other] {""}
    }
config-not-utf8 = it is not valid UTF-8; save it as UTF-8
config-expected-profile = expected a [profile] of sid, app_key, …
config-expected-string = expected a string
config-unknown-key = unknown key; a profile has sid, app_key, app_secret, app_secret_file, endpoint, ca_file, rate, workers, output_format, flags, notify_url, notify_url_file, notify_secret, notify_format, notify_keyword
config-readable-by-others = others can read `{ $path }`, which holds a secret; run: chmod 600 '{ $path }'
config-no-home = there is no home directory to keep the configuration file in; name one with --config

endpoint-refused = endpoint `{ $given }` cannot be called; give `production`, `test` or a URL such as { $example }: http or https, the port from 1 to 65535 or left out with its colon, no user, query or fragment

proxy-unusable = { $variable } does not hold a usable proxy; give it as http://HOST:PORT or socks5://HOST:PORT

certificates-unreadable = cannot read the certificate authorities in `{ $path }`: { $why }
certificates-unusable = `{ $path }` holds no certificate authority, or one that cannot be read; it must be a PEM file (-----BEGIN CERTIFICATE-----)

pace-rate = write N/s, N/min, N/h (N a whole number from 1), auto or unlimited; for example 55/min
pace-workers = write auto or a whole number from 1 to { $most }

## Files

files-no-name = a sheet from standard input or a pipe needs --results FILE
files-of-stand-in = `{ $path }` is of a run against the stand-in; add --sandbox, or name other files with --results and --failures
files-of-erp = `{ $path }` is where results and failures of the ERP stand; name another file for those of the stand-in (--sandbox)
files-same = the run would need `{ $path }` twice; name other files with --results and --failures
files-is-sheet = `{ $path }` is the sheet itself, or a file it needs; name another with --results or --failures
files-no-directory = `{ $path }` cannot be written: there is no directory `{ $directory }`; make it, or name another file with --results or --failures
files-read-only = nothing can be written in the directory `{ $directory }` ({ $why }), and nothing was sent; name one that can be written with --results DIRECTORY/
files-not-a-file = `{ $path }` is not a regular file; name another with --results or --failures
files-link-to-nowhere = `{ $path }` is a link to `{ $target }`, which is not there; make that file or remove the link, or name another with --results or --failures
files-not-ours = `{ $path }` exists and was not written by wdt-flags, or not as such a file; move it away, or name another
files-sheet-not-ours = `{ $path }` is the sheet and does not end with the columns that wdt-flags wrote, so it is not replaced; name another file with --failures
files-not-a-format = `{ $path }` cannot be written: results and failures are CSV files or workbooks; name one ending in .csv or .xlsx
files-other-worksheets = `{ $path }` has further worksheets, which would be lost; move them to another workbook, or name another file with --results or --failures
files-too-many-rows = the sheet has { $rows } rows, more than a worksheet has; name a file ending in .csv instead of `{ $path }`
files-given-of-other-account = `{ $path }` was written for another account; take the profile of that account, or run the sheet itself to send it to this one
files-given-of-stand-in = `{ $path }` was written in a trial with the stand-in and is not sent to a real account; run the sheet itself
files-half-placed = the run that writes `{ $path }` was interrupted and has not put all of its files in their places (journal `{ $journal }`): what is there may be of another run; nothing was sent: first run its sheet again (wdt-flags run SHEET)
files-flags-exchanged = `{ $path }`: the flags of { $rows } rows are the same as before, but at other rows: the column was probably sorted by itself; undo that, or add ! to row_check of the rows that are meant so
files-locked = another run is writing `{ $path }` ({ $holder }); wait for it to end
files-no-locks = `{ $path }` cannot be locked ({ $why }): its file system may know no locks, and two runs at once would not notice each other: see to it that there is only one, or put the sheet on a local disk
files-of-another = `{ $path }` is of another user's run and cannot be taken over ({ $why }); if that run is over, have the file removed
files-held = `{ $path }` cannot be replaced ({ $why }); close it in other programs, make it writable, or name another file with --results or --failures
files-device = `{ $path }` cannot be written: Windows takes this name for a device; give another one
files-name-too-long = cannot write `{ $path }` ({ $why }); name shorter files with --results and --failures
files-io = cannot write `{ $path }`: { $why }
files-holder = pid { $pid } since { $since }
files-holder-unknown = it does not say who

## What commands say

label-error = error:{ " " }
label-warning = warning:{ " " }
zone-unknown = TZ={ $zone } names no time zone that is known, so all times are UTC; write one such as TZ=Asia/Shanghai
time-is-up = { $time } has passed (--deadline): nothing was sent; the same command sends when it starts in time
untold-log = no whole log (--log): { $why }
untold-metrics = no metrics (--metrics): { $why }
untold-report = no page (--report): { $why }
untold-people = nobody was told (--notify): { $why }
robot-none = no robot to tell people: set WDT_NOTIFY_URL, or notify_url in the profile; see `wdt-flags help nightly`
robot-no-url = { $origin }: is no http(s) address; it is not shown here, for it is a secret
robot-no-format = notify_format: write one of { $formats }
robot-told = delivered to { $robot }
robot-not-told = { $robot } did not take the message: { $why }
robot-no-reply = { $http }, and not in the words of such a robot
robot-refuses =
    { $said } (code { $code }){ $kind ->
        [keyword] ; the robot takes only texts with one of its keywords: set --keyword or notify_keyword
        [secret] ; notify_secret is not the robot's, or is missing
        [clock] ; this machine's clock is off, or notify_secret is wrong
        [address] ; let the robot's settings allow this machine's address
        [gone] ; the robot is gone or the address is wrong: copy it again
       *[none] { "" }
    }
message-title =
    wdt-flags { $of }: { $how ->
        [nothing] nothing was done
        [stopped] stopped early, { $failures } left ({ $ok } ok)
        [failures] { $failures } to look at ({ $ok } ok)
        [recovered] recovered, { $recovered } more in ({ $ok } ok)
       *[ok] all in ({ $ok } ok)
    }
message-test = wdt-flags: a test; messages about flags will come here
message-account = account { $account }
message-ended = ended { $time }, exit code { $code }
message-stopped = why: { $why }
message-changes = since the last results: { $new } new, { $recovered } recovered
message-reason =
    { $rows } × { $reason }{ $is_new ->
        [1] { " " }(new)
       *[0] { "" }
    }
message-more = …and { $count } other reasons
message-see-results = what comes next: see the results
untold-summary = no summary (--summary): { $why }
stdout-failed = cannot write to standard output: { $error }
no-thread = cannot start a thread: { $error }
check-rows =
    { $rows ->
        [one] 1 row
       *[other] { $rows } rows
    }, { $invalid } invalid{ $left ->
        [0] {""}
       *[other] , { $left } left out
    }; { $orders ->
        [one] 1 distinct order
       *[other] { $orders } distinct orders
    }
check-no-account = no account is given: whether the rows are of yours was not checked
check-run = a run now makes { $calls }
check-other-flags = other flags
finding-superseded = a later row gives the order another flag, and decides
finding-superseded-row = gives { $flag }, but { $line } decides
finding-conflict-row = gives { $flag }; its last row is { $line }
findings-group = { $rows }: { $matter }
findings-more =
    and { $rows } more{ $most ->
        [0] {""}
       *[other] {" "}(-v lists up to { $most })
    }
init-next =
    { $code ->
        [0] wdt-flags check SHEET, then: { $command }
        [3] put right what the ERP refuses: { $command }
       *[other] try again later: { $command }
    }
init-line = line { $line } of standard input
init-question =
    { $setting }{ $key ->
        [app_secret] {" "}(secret:salt; it is not shown)
        [endpoint] {" "}(production, test or a URL)
       *[other] {""}
    }{ $default }:
init-not-taken = not taken
init-interrupted = interrupted, so nothing is saved
init-unreadable = the { $setting } cannot be read: { $error }
no-signals = cannot listen for signals: { $error }
man-failed = cannot write man pages into `{ $directory }`: { $error }
ping-account = { $sid } (app key { $key })
ping-reply = { $reply } after { $time }
ping-clock-agrees = agrees with the ERP's
ping-clock-near = { $difference }, which is near enough
ping-clock-refused = { $difference }, which the ERP refuses; runs correct it, but better set this machine's clock
call-accepted = accepted
run-proxy = calls go through the proxy { $proxy }
run-no-summary = the summary cannot be written: { $error }
run-namesake = `{ $namesake }` stands beside `{ $sheet }`, whose results go to `{ $results }`
run-no-stand-in = cannot start the sandbox: { $error }
confirm-sending = send the flags of { $orders } to the ERP? account: { $account }
not-confirmed = not confirmed: nothing was sent{ $asks ->
        [1] {""}
       *[other] {" "}(--yes answers yes)
    }
run-beside = `{ $wanted }` cannot be replaced ({ $why }); what belongs there is in `{ $written }`; close it in other programs, and the same command puts it in its place
run-journal-lost = the run's journal was removed or moved away before its end; results and failures hold all that it held
run-stopped =
    stopped early: { $reason }; { $test ->
        [0] {""}
       *[other] put that right, and{" "}
    }{ $again ->
        [same] the same command continues from here, within { $within }
        [fresh] the same command without --fresh continues from here, within { $within }
        [lost] the same command starts over, unless the journal is put back
        [permission] the app key may not query purchase orders: have the method purchase.PurchaseOrder.queryWithDetail opened for it
       *[verify] what was not asked for is unknown, and the same command asks for everything again
    }
sandbox-failed = cannot serve on { $address }: { $error }
sandbox-serving = serving a stand-in ERP; stop it with Ctrl-C
refused-twice = the argument '{ $argument }' cannot be used multiple times
refused-conflict = the argument '{ $argument }' cannot be used with { $others }
refused-no-value = a value is required for '{ $argument }'
refused-value = invalid value '{ $value }' for '{ $argument }': { $why }
refused-values = possible are { $values }
refused-argument = unexpected argument '{ $argument }'
refused-missing = missing: { $arguments }
refused-command = there is no command '{ $command }'; to carry a sheet: wdt-flags run SHEET
refused-similar = a similar one exists: { $names }
refused-help = For more information, try '--help'.
check-listing-calls =
    { $calls ->
        [one] 1 of these calls is
       *[other] { $calls } of these calls are
    } to ask which orders carry their flag already (--skip-unchanged)

## Progress and summary

left-at-once = left at once: calls in flight were not waited for, results are not written; what is known is kept in `{ $journal }`, and the same command continues from there
conflicts =
    { $orders ->
        [one] 1 order is
       *[other] { $orders } orders are
    } given different flags{ $rule ->
        [last] ; the last row of each decides
       *[invalid] {" "}and will not be sent
    } (--on-conflict)
event-continuing = continuing an interrupted run of { $age } ago: { $rows } taken over from its journal (--fresh starts over)
event-forecast = { $calls }; account: { $account }
event-pausing = pausing for { $pause }: { $reason }
event-max-in-flight = at most { $calls } in flight from now on: { $reason }
event-call-for = { $place }, order { $order }
event-call = a call
event-answered =
    { $call }{ $attempt ->
        [1] {""}
       *[other] , attempt { $attempt }
    }: { $verdict }
event-account-unknown = nothing can be kept in the directory for state ({ $why }): runs for one account do not wait for each other, and do not keep each other's pace
event-no-state-directory = there is none; is HOME right?
event-account-busy = another run is calling for the same account ({ $holder }): waiting until it has ended, for { $time } at most
event-kept-edited = `{ $path }` was edited since it was written, and is kept as `{ $kept }`
event-edited-beside = `{ $path }` beside it was edited too, and is not sent: run that file instead, or after this
event-results-read = `{ $path }` is read in the sheet's place: it has what was corrected, added, left out or not sent since
event-results-not-read = corrected or added rows of `{ $path }` that the sheet does not have: { $rows }; to verify these, give `verify` that file
event-waits = { $why }; waiting for that, ten minutes at most (Ctrl-C writes beside it)
event-kept = `{ $path }` of an earlier run is kept as `{ $kept }`
event-not-updated = the results that this failures file comes from are not updated: { $why }; writing `{ $results }`
event-rows-added = rows that the results did not have, added by a person or of another run: { $rows }; they go to the end of the results, without a line
event-rows-put-right = rows whose order a spreadsheet had changed: { $rows }; put right, see their messages; workbooks (--output-format xlsx) keep such orders as they are
event-trouble-at-deadline = the last calls before the deadline did not get through: { $reason }
event-waits-for-pace = the first call waits { $wait }: the run before called for this account, or paused
event-as-before = as the run before did
event-outage = the server cannot be reached: { $why }; trying again in { $wait }
event-unanswered = no call has been answered yet: is { $endpoint } the right endpoint, and is this machine on the network, or behind a proxy (wdt-flags ping shows both)? trying on for { $time } (--give-up-after)
event-outage-over = the server answers again, after { $lasted }
event-clock-corrected = this machine's clock is { $difference }; calls are signed by the ERP's from now on, but better set it right
event-stopping = stopping: { $reason }; waiting for the calls in flight (Ctrl-C leaves at once)
event-unrecorded = not recorded: { $place }, order { $order }: { $status }
forecast-none = no calls
forecast-latest = { $calls }, until { $deadline } at the latest (--deadline)
forecast-left = { $calls }: about { $time }, but sending ends at { $deadline } (--deadline): about { $left } will be left
forecast-in-time = { $calls }, in time for { $deadline } (--deadline)
forecast-end = { $calls }: about { $time }, until { $end }
forecast-limited = { $calls } at { $rate }
forecast-auto = { $calls }, { $rate } at first and then faster
forecast-unlimited = { $calls }, { $workers } at once, as fast as they are answered
preview-sent =
    { $which ->
        [first] first
        [last] last
       *[only] first and last
    }: { $line }, { $order } gets { $flag }
preview-unlike =
    { $count } of { $orders } { $count ->
        [one] looks
       *[other] look
    } different from the rest: { $places }
nowhere-to-ask = nobody can be asked here: it needs a terminal; elsewhere use check, and run without --ask
guide-sheet = drag the sheet into this window and press Enter (Enter alone ends):
guide-next = another sheet, or the corrected failures? drag the file into this window and press Enter (Enter alone ends):
guide-again = put it right and drag the file here again, or type an option that the message names (such as --order-column C), and press Enter (Enter alone goes on):
guide-profile =
    which account: { $profiles }?{ $default ->
        [1] {" "}(Enter alone: default)
       *[other] {""}
    }
guide-no-account = there is no account yet; set one up now? (no: try the sheet with the stand-in, nothing is sent to the ERP)
guide-account-again = the ERP does not accept this account; enter it again?
confirm-clearing = clear the flags of { $orders }? account: { $account }
rows-by-status = { $rows } { $status }
rows-by-status-in-short = { $rows } { $status }
part-separator = { ", " }
progress-settled = { $settled } of { $rows } rows
progress-per-minute = { $calls } calls/min
progress-per-second = { $calls } calls/s
progress-left = { $time } left
progress-paused = paused until { $until }: { $reason }
progress-away = server away since { $since }, next try at { $next }: { $reason }
progress-retrying = trying again after: { $reason }
summary-stand-in = nothing was sent to the ERP: this was the stand-in (--sandbox)
summary-rows = { $rows }: { $counts }
summary-whole = the whole sheet: { $rows }, { $well } ok, { $rest } not
summary-calls =
    { $calls } in { $time } ({ $retries ->
        [one] 1 retry
       *[other] { $retries } retries
    }, { $pauses ->
        [one] 1 pause
       *[other] { $pauses } pauses
    })
summary-failures = { $path } ({ $rows })
summary-failures-untouched = the sheet itself, left as it was
summary-others = with other messages; see the files
summary-verified =
    { $confirmed ->
        [one] 1 order carries its flag
       *[other] { $confirmed } orders carry their flag
    }, { $refuted } not, { $recovered } though the call failed, { $unread } not read back; { $calls }
next-test-first = { $test }; once that is accepted: { $command }
next-whole = look at these orders in the ERP, then send all: { $command }
next-correct = correct the rows of { $file } and save it
next-correct-first = correct the rows of { $file }, then: { $command }
label-sheet = sheet
label-account = account
label-finished = finished
label-calls = calls
label-deadline = deadline
label-noted = note
label-results = results
label-failures = failures
label-verified = verified
label-read-back = verified
label-different = mismatch
label-kept = kept
label-journal = journal
label-next = next
label-endpoint = endpoint
label-proxy = proxy
label-reply = reply
label-clock = clock
listing-page = reading the ERP's listing of orders: page { $page } of { $pages }, { $seen } of { $wanted } orders seen
listing-refused = the ERP does not list its orders: { $error }; each takes a call of its own
listing-does-not-pay = no more of the listing is read, as it would cost more calls than it saves
listing-read =
    { $saved } of { $orders ->
        [one] 1 order needs
       *[other] { $orders } orders need
    } no call, by { $calls ->
        [one] 1 page of the ERP's listing
       *[other] { $calls } pages of the ERP's listing
    }; { $left ->
        [one] 1 call
       *[other] { $left } calls
    } left
verify-begins = reading back which flags the ERP carries: { $calls } (its listings may save some, or cost a few); account: { $account }
confirm-begins = reading back { $orders } (--verify)
confirm-given-up = nothing more is read back: { $reason }
confirm-no-permission = nothing is read back: { $reason }; the app key may not query purchase orders: have the method purchase.PurchaseOrder.queryWithDetail opened for it

## The page

page-language = en
page-no-results = `{ $path }` is no results of wdt-flags: name a file that run or verify has written, such as orders.results.csv
page-written = the page is `{ $path }`
page-verdict =
    { $failures ->
        [0] { $rows ->
            [0] no rows
            [one] 1 row, nothing to do
           *[other] { $all } rows, nothing to do
        }
        [one] 1 row of { $all } needs a look
       *[other] { $count } rows of { $all } need a look
    }
page-of-outcomes = What became of each row
page-of-readings = What the ERP carries for each row
page-began = first row
page-status =
    { $status ->
        [ok] accepted
        [unchanged] already so
        [superseded] a later row decides
        [rejected] refused by the ERP
        [failed] all attempts failed
        [invalid] cannot be sent
        [skipped] not sent
        [same] as in the sheet
        [different] another flag
        [not-found] not in the ERP
       *[unknown] not asked, or no answer
    }
page-strange =
    { $count ->
        [one] 1 row has
       *[other] { $count } rows have
    } a status that wdt-flags does not write
page-night =
    { $minutes ->
        [one] Rows settled a minute
       *[other] Rows settled in { $minutes } minutes
    }
page-earlier =
    { $count ->
        [one] 1 row was
       *[other] { $rows } rows were
    } settled more than 12 hours before and not shown here
page-reasons = Reasons
page-count = rows
page-reason = reason
page-looks = Rows that need a look
page-line = line
page-order = order
page-flag = flag
page-more =
    { $count ->
        [one] 1 more row needs a look: see the file
       *[other] { $rows } more rows need a look: see the file
    }
page-stopped = The last command did not end as it should
page-earlier-results = It has left no results. What follows is of an earlier run.
page-drawn = drawn from the results on { $time }

## The stand-in

sandbox-hung-up = hung up
sandbox-orders-unreadable = { $file } cannot be read: { $why }; needed is a CSV file in UTF-8 with a header of order and, if you like, flag and modified; times such as 2026-11-01 08:00:00 (in Beijing) or 2026-11-01T00:00:00Z

## Help: of each text -h shows the first line, --help all

heading-usage = Usage:{" "}
usage-options = [OPTIONS]
usage-command = COMMAND
value-sheet = SHEET
heading-commands = Commands
heading-arguments = Arguments
heading-sheet = Sheet
heading-account = Account
heading-pace = Pace
heading-stopping = Stopping
heading-output = Output
heading-other = Other
about =
    Carries a sheet of purchase order flags into the ERP Wangdiantong (旺店通旗舰版)

    The sheet has the columns purchase_no and flag_name, among others. Each order
    costs one API call; the results name what became of every row, and the failures
    file can be given straight back.
about-run =
    Carry a sheet into the ERP

    Reads the sheet once to plan it, then makes one call for each distinct order,
    with the flag that the order's last valid row gives.
about-check =
    Read and validate a sheet, call nothing

    Says how it was read, what a run would send and how long that will take, and
    lists the rows that would not be sent by what is the matter. Takes the options
    of run. It calls the ERP, and needs the account, only with --skip-unchanged.
about-verify =
    Ask whether the ERP carries a sheet's flags

    Compares, for each distinct order, the flag that the ERP carries with the one
    that the order's last valid row gives, and changes nothing. SHEET may be results
    or failures, too; once failures were corrected, it must be the results. See
    wdt-flags help reading-back.
about-guide =
    Ask for a sheet and all else, step by step

    Checks the sheet, says what would be sent and sends it if you say yes; sets up
    an account where there is none, or tries the stand-in. On Windows that is what
    a double-click does, and a sheet dropped on the program.
about-init =
    Ask for an account, save it and test it

    Asks for seller account, app key, app secret and endpoint, writes them into the
    configuration file, which only you can read, and makes one call that changes
    nothing. From a script it reads them a line each. See wdt-flags help account.

    Exits as ping does; the account is saved in any case. With 2, nothing is.
about-ping =
    Test credentials, endpoint and clock; change nothing

    Exits with 0 if the ERP accepts the call, with 1 if it could not be reached or
    the clock is off, with 3 if it refuses.
about-sandbox =
    Serve a stand-in ERP until interrupted

    It checks what the real one checks, answers with the same messages, keeps flags
    in memory, and can be made difficult. Prints the environment variables that
    point a client at it; with -v it tells of each request.

    It knows every order whose number does not contain 404. Asked for its orders,
    it shows those of --orders and those that were ever updated. It serves what
    wdt-flags sends, and refuses all else. Results and failures of run --sandbox
    have names of their own, and never stand where the ERP's do.
about-report =
    Draw a page from results that are there

    The page is one file to open in any browser, to mail or to print: what became
    of the rows and when, the reasons, and the rows that need a look. It is drawn
    from the results alone, or from what verify has written; nothing is called.
about-man =
    Write a man page for each command and topic

    To read them: man -l DIR/wdt-flags-run.1, or write them to where man looks,
    such as ~/.local/share/man/man1.
about-completions =
    Print a completion script for a shell

    Write it to where the shell looks:
      bash  ~/.local/share/bash-completion/completions/wdt-flags
      fish  ~/.config/fish/completions/wdt-flags.fish
      zsh   _wdt-flags in a directory of $fpath
about-help = Print the help of a command or on a topic
examples =
    Examples:
      wdt-flags run orders.csv --sandbox     try it, without an account
      wdt-flags init                         enter an account
      wdt-flags run orders.csv               carry the sheet into the ERP
topics =
    Topics (wdt-flags help TOPIC):
      { $topics }
exit-codes =
    Exit codes:
      0    every row is ok, unchanged, superseded or left out (--visible-only);
           for check: can be sent; for verify: is the same in the ERP
      1    all is done, and some row is none of these
      2    wrong usage, configuration or sheet; nothing was sent
      3    stopped early: the ERP refuses all calls or cannot be reached, a stop
           rule, files that cannot be written
      4    time was up (--deadline); the same command goes on
      75   another run is writing the same files, or calls for the same
           account and has not ended within --give-up-after or by --deadline
      130  stopped by SIGINT (Ctrl-C)
      143  stopped by SIGTERM
help-quiet = Less on stderr: errors only
help-verbose =
    More on stderr (-vv: every call)

    Assumptions, retries, pauses.
help-lang =
    The language of messages and help: zh or en
    (env: WDT_LANG; default: the system's)
help-help = Print help (all of it with --help)
help-version = Print the version
help-guided = Sheets to begin with, one after the other
help-path =
    The sheet: text such as CSV, a workbook, HTML; - is standard input

    See wdt-flags help sheets.
help-flag = One flag for all rows, without a column
help-clear =
    Clear the flags of all rows' orders

    The same as --flag 无.
help-order-column =
    Where the orders are, by header or letter
    (default: purchase_no, 采购单号, …)
help-flag-column =
    Where the flags are, by header or letter
    (default: flag_name, 标记名称, …)
help-header-line =
    The line of the header, or its row in the worksheet
    (default: the first with the columns)
help-no-header =
    The sheet has no header: its first line is a row

    Its columns are named by letter.
help-sheet =
    The worksheet, by name or number from 1
    (default: the visible one with the columns)
help-include-hidden =
    Give the one flag of --flag or --clear to hidden rows, too
help-visible-only =
    Leave out the rows that are hidden in a workbook

    By a filter or by hand.
help-encoding =
    The encoding of a text sheet, such as utf-8, gb18030, utf-16le
    (default: found out)
help-delimiter =
    What separates the fields of a text sheet: a character, or tab
    (default: found out)
help-max-workbook-size =
    The most that a workbook's cells may take, unpacked (default: 512M)

    Such as 800M or 2G.
help-allow-empty =
    Take a sheet without rows for what it says

    Else it is refused: an export that failed looks so, too.
help-on-conflict =
    What to do with an order given different flags (default: last)

    - last: its last valid row decides, the others are superseded
    - invalid: all its rows are invalid
help-profile =
    Which account of the configuration file
    (env: WDT_PROFILE; default: default)

    Named here it comes before the environment's variables. See wdt-flags
    help account.
help-endpoint =
    production, test (over plain HTTP) or a URL
    (env: WDT_ENDPOINT; default: production)
help-config =
    The configuration file
    (env: WDT_CONFIG; default: wdt-flags/config.toml in the configuration
    directory)
help-ca-file =
    A PEM file of certificate authorities to trust besides the built-in
    (env: WDT_CA_FILE)

    Where a company inspects TLS.
help-sandbox =
    Try it: call a stand-in ERP, no account

    The stand-in is started inside this program.
help-rate =
    Upper bound on calls, such as 120/min
    (default: the profile's, or 55/min; 20/s with --sandbox)

    N/s, N/min, N/h, auto or unlimited. See wdt-flags help trouble.
help-workers =
    Calls in flight at most (default: the profile's workers, or auto)

    auto is enough for the rate at 3 s a call, from 4 to 64.
help-retries =
    Further attempts after the first, for transient failures (default: 4)

    Unless it is 0, a run sends what has failed once more at the end.
help-timeout =
    The longest a call may take, connection included
    (default: 30s)
help-deadline =
    Stop calling after 6h, say, or at 06:30
    (default: never)

    06:30 is the next one; in the six hours after it, it has passed:
    nothing is sent, and the exit code is 4.
help-give-up-after =
    Stop when the server cannot be reached for this long
    (default: 1h)

    Until then it tries again, and goes on by itself. It waits as long for
    another run of the account on this machine.
help-skip-unchanged =
    Ask the ERP first, send only what differs

    An order that carries its flag already is unchanged. See wdt-flags
    help reading-back.
help-modified-within =
    List the orders that were modified within this time (default: 30d)

    Those that are not listed are sent; verify asks for them one by one.
help-verify =
    Afterwards read back whether the ERP carries the flags

    See wdt-flags help reading-back.
help-limit =
    Send only the first N orders, as a trial

    The rest are skipped.
help-max-failures =
    Stop after this many orders that were sent and not accepted
    (default: never)
help-max-consecutive-failures =
    Stop when so many orders in a row have failed for good (default: 25)

    0 means never.
help-fresh =
    Start over, though an interrupted run could be continued

    Its journal is kept aside.
help-continue-within =
    Continue an interrupted run only if it is no older (default: 30h)

    An older journal is kept aside. See wdt-flags help nightly.
help-results =
    Where every row goes, and what came of it
    (default: beside x.csv x.results.csv, with --sandbox
    x.sandbox.results.csv, for verify x.verified.csv)

    A directory is for all the files.
help-report-results = Results of run, or what verify has written
help-notify =
    Tell people by a robot: problems, always or never
    DingTalk, WeCom, Feishu or a webhook, by WDT_NOTIFY_URL or the
    profile; default: problems, and never on a terminal or with
    --sandbox; see `wdt-flags help nightly`
help-keyword = Keyword that the robot demands (default: notify_keyword)
help-notify-test = Send the message, and say whether it was delivered
value-results = RESULTS
about-notify = Send a test message to the robot that tells people
help-page =
    Where the page goes; - is standard output
    (default: beside x.results.csv, x.results.html)
help-failures =
    Where the rows go that a further run is to send
    (default: beside x.csv x.failures.csv, with --sandbox
    x.sandbox.failures.csv, for verify x.different.csv)

    Those that are rejected, failed, invalid or skipped; for verify those
    that are different or not found.
help-output-format =
    csv, or xlsx: workbooks, in which Excel changes nothing
    (default: the profile's output_format, or csv)

    For files that are not named.
help-no-bom = Leave out the byte order mark that Excel needs to read Chinese
help-keep =
    How many results and failures of earlier runs to keep at least
    (default: 30)

    Beyond them, what is older than 90 days is removed, but for failures
    that were edited. 0 keeps none, but for those.
help-dry-run = Send nothing, the same as check
help-ask = Ask before anything is sent; needs a terminal
help-yes = Do not ask before flags are cleared
help-format =
    Print the summary as text or as json (default: text)
    json: one object, also where the command fails once its options
    are understood; see `wdt-flags help nightly`
help-summary =
    Write the summary as JSON to this file, too
    The object of --format json, whole, however the command ends;
    only such a file is replaced.
help-log =
    Append a line of JSON for each event to this file
    It is opened again once it was moved away; see
    `wdt-flags help nightly`.
help-metrics =
    Write metrics for node_exporter's textfile collector to this file
    Its name must end in .prom; see `wdt-flags help nightly`.

    See wdt-flags help nightly.
help-report =
    Draw the results as a page (HTML) into this file

    It is drawn at every end; where a run leaves no results it says so,
    above those of the run before. See wdt-flags report --help.
help-init-profile =
    The account's name in the configuration file
    (env: WDT_PROFILE; default: default)
help-init-yes = Do not ask before an account is replaced
help-sandbox-limit = Calls let in per minute (default: any number)
help-max-concurrency = Calls let in at once (default: any number)
help-latency = How long every call takes (default: 0s)
help-sandbox-shell =
    The shell to print variables for
    (default: the system's)

    sh (also for bash, zsh, fish), powershell or cmd.
help-listen =
    Where to listen (default: 127.0.0.1:0)

    Port 0 takes any free one.
help-flags =
    The flags that are defined, separated by commas
    (default: aa,加急,已质检,待质检,待付款,已付款,部分到货,无)

    无 is in any case.
help-orders =
    The orders that are there, as a CSV file
    (default: none)

    Its header has order and, if you like, flag and modified, or what the
    API calls these. An order without a flag has none, one without a time
    is as old as the stand-in. Times are such as 2026-11-01 08:00:00 (in
    Beijing), or as in RFC 3339.
help-fail-rate =
    The fraction of calls that fail, from 0 to 1
    (default: 0)
help-clock-skew = How far its clock is ahead, or -5m (default: 0s)
help-topic = A command or topic (default: this program)
help-dir = Directory to write to; created if missing
help-shell = bash, zsh, fish, powershell or elvish
value-duration = write a duration such as 30s, 12h or 30d, of ten years at most
value-positive = write a whole number from 1
value-whole = write a whole number
value-address = write an address such as 127.0.0.1:8080
value-time-of-day = write a time of day such as 06:30
value-zone = a time of day depends on the time zone, and TZ={ $zone } names none that is known; write one such as TZ=Asia/Shanghai
value-character = write one ASCII character, or tab
value-per-minute = write N/min, N a whole number from 1
value-fraction = write a number from 0 to 1
value-size = write a number of bytes, or one with K, M or G, such as 800M
