# 给人看的文字，简体中文。状态、列名、选项名不翻译。

## 时长、大小、列举

duration-seconds = { $seconds } 秒
duration-minutes = { $minutes } 分 { $seconds } 秒
duration-hours = { $hours } 小时 { $minutes } 分
bytes = { $count } 字节
# 系统报告的错误，按 Rust 的 io::ErrorKind 分类；英文原文留在括号里。
os-error =
    { $kind ->
        [AddrInUse] 地址已被占用（{ $error }）
        [AddrNotAvailable] 本机没有可用的端口（{ $error }）
        [AlreadyExists] 已经存在（{ $error }）
        [BrokenPipe] 连接被对方断开（{ $error }）
        [ConnectionAborted] 连接中断（{ $error }）
        [ConnectionRefused] 连接被拒绝（{ $error }）
        [ConnectionReset] 连接被对方断开（{ $error }）
        [FileTooLarge] 文件超过允许的大小（{ $error }）
        [InUse] 另一个程序打开着这个文件，请在那里关闭（{ $error }）
        [HostUnreachable] 到不了对方主机（{ $error }）
        [InvalidFilename] 文件名太长或无效（{ $error }）
        [IsADirectory] 这是文件夹（{ $error }）
        [NetworkDown] 网络没有接通（{ $error }）
        [NetworkUnreachable] 网络不通（{ $error }）
        [NotADirectory] 路径中有一段不是文件夹（{ $error }）
        [NotFound] 找不到（{ $error }）
        [PermissionDenied] 没有权限（{ $error }）
        [QuotaExceeded] 磁盘配额已用完（{ $error }）
        [ReadOnlyFilesystem] 磁盘是只读的（{ $error }）
        [ResourceBusy] 正在使用中（{ $error }）
        [StorageFull] 磁盘已满（{ $error }）
        [TimedOut] 超时（{ $error }）
        [UnexpectedEof] 连接被对方断开（{ $error }）
       *[other] { $error }
    }
quoted = “{ $text }”
list-separator = 、
list-more = { $items } 等，另有 { $more } 个
count-rows = { $count } 行
count-calls = { $count } 次调用
count-orders = { $count } 张采购单
clock-ahead = 比 ERP 快 { $time }
clock-behind = 比 ERP 慢 { $time }

## 表格

# 哪个文件，出了什么问题。
sheet-error = { $file }：{ $fault }
sheet-not-found = 找不到这个文件，请检查路径和文件名
sheet-pattern = 含有通配符；请写出具体的文件名，不要用 * 和 ?
sheet-directory = 这是文件夹，请给出表格文件
sheet-not-opened = 无法打开：{ $why }
sheet-not-read = 无法读取：{ $why }
sheet-not-spooled = 无法暂存到 { $directory } 中的临时文件：{ $why }
sheet-changed = 读取期间文件被改动；请在其他程序中关闭它，然后重新运行
sheet-empty = 文件是空的，没有表头
sheet-no-rows = 只有表头，没有数据行，像是导出失败了；什么都没有发送，也没有替换任何文件；确实如此的话，请加 --allow-empty
sheet-unknown-encoding = 未知的编码{ $encoding }；--encoding 可用 utf-8、gb18030、gbk、big5、utf-16le、utf-16be 等
sheet-delimiter = { $delimiter } 不能作分隔符；--delimiter 只接受一个 ASCII 字符，引号、字母、数字和换行符除外
sheet-malformed = 第 { $line } 行不是有效的 { $encoding } 文本；请另存为 UTF-8，或用 --encoding 指定实际的编码
sheet-zero-bytes = 像是没有字节顺序标记（BOM）的 UTF-16 文本，也可能根本不是表格；如果是文本，请加上 --encoding utf-16le 或 --encoding utf-16be
sheet-two-encodings = 非英文字符太少，可能是 UTF-8，也可能是 GB18030；请用 --encoding utf-8 或 --encoding gb18030 指明
sheet-save-again = 不能直接读取这种文件（{ $what }）；请用 Excel 或 WPS 打开，另存为 .xlsx 或 .csv
sheet-behind-mark = 是工作簿或压缩包，前面却多了字节序标记：传输时损坏了；请重新获取原文件
sheet-encrypted = 文件已被文档加密系统（如亿赛通）加密；请先解密，或保存到允许本程序读取的位置
sheet-lock-file = 是表格软件打开 { $document } 时留下的锁文件；请给出 { $document }
sheet-not-a-sheet = 不是表格，是 { $what }；请给出表格本身，或导出为 .xlsx 或 .csv
sheet-no-table = 这是网页，里面没有表格，可能是登录页；请重新导出表格
sheet-cut-table = 表格没有结束，文件不完整，可能缺少行；请重新导出，或用 Excel、WPS 打开，另存为 .xlsx 或 .csv
sheet-bad-xml = 第 { $line } 行不符合 XML 格式；请重新导出，或用 Excel、WPS 打开，另存为 .xlsx 或 .csv
sheet-password = 文件有密码，或者工作簿、工作表受保护；请取消密码并撤销保护（审阅 → 保护）后重新保存，或另存为 .csv
sheet-damaged = 无法作为表格读取（{ $damage }）；请用 Excel 或 WPS 打开，另存为 .xlsx 或 .csv
sheet-too-large = 单元格内容超过 { $limit }；如果表格确实这么大，请用 --max-workbook-size 提高上限，否则请删除表格以外的内容，或另存为 .csv
sheet-unknown-worksheet = 没有工作表{ $asked }；现有的工作表：{ $worksheets }
sheet-several-worksheets = 有多个工作表包含所需的列：{ $worksheets }；请用 --sheet 名称 指定一个（其他的各运行一次，并用 -o 文件 分别指定结果文件；同一采购单以最后一行为准，只在一个工作表之内有效）
sheet-several-tables = 有多个表格包含所需的列：{ $tables }；请用 --sheet 序号 指定一个（其他的各运行一次，并用 -o 文件 分别指定结果文件；同一采购单以最后一行为准，只在一个工作表之内有效）
sheet-hidden-worksheets = 可见的工作表都没有所需的列，隐藏的工作表中有：{ $worksheets }；请用 --sheet 名称 指定一个
sheet-unreadable-worksheet = 无法读取工作表{ $worksheet }（{ $damage }），可能缺少行；请用 Excel 或 WPS 打开工作簿后重新保存，或用 --sheet 名称 指定其他工作表
sheet-no-worksheets = 这是文本文件，没有工作表；请去掉 --sheet
sheet-hidden-rows = 有 { $count } 行被隐藏，可能是因为筛选；只给可见的行设同一个标记，请加 --visible-only；隐藏的行也要，请加 --include-hidden
sheet-no-hidden-rows = 这是文本文件，没有隐藏的行；请去掉 --visible-only
sheet-merged-header = 第 { $line } 行：{ $header }合并了 { $from } 到 { $to } 列；请用 { $option } 加列字母指定哪一列是{ $column }
sheet-no-such-line = 没有从第 { $line } 行开始的内容；--header-line 请填写表头所在的文件行号或工作表行号
sheet-several-headers = 不止一行可能是表头：第 { $lines } 行；请用 --header-line 指明
sheet-header-in-doubt = 第 { $line } 行（{ $cell }）可能是数据、标题或查询条件，不是表头；如果它就是表头，请加 --header-line { $line }，否则写表头所在的行；没有表头的，请加 --no-header
sheet-no-check-column = 第 { $line } 行有结果文件或失败明细的列，但缺少用来核实每一行的 row_check 列；请连同全部列一起交回，如果要作为独立的表格发送，请删去 line、status 等列
sheet-own-column-twice = 第 { $line } 行：有两列都叫“{ $column }”，无法判断哪一列是 wdt-flags 添加的；请给表格自己的那一列改名，或把添加的各列重新一起移到末尾
sheet-ambiguous-column = 第 { $line } 行：有多列可能是{ $column }：{ $columns }；请用 { $option } 加列字母指定
sheet-same-column = 第 { $line } 行：{ $column }不能既是采购单号又是标记；请修改 --order-column 或 --flag-column
sheet-unclosed-quote = 第 { $line } 行，{ $column } 列：从这里开始的引号（"）没有结束；请补上，如果它是内容的一部分，请连写两个
sheet-too-long = 从第 { $line } 行开始的一行超过 1 MiB；表格不会有这么长的行，这可能不是表格

# 缺少什么，怎么办，还可能是什么；各句之间用分隔符。
sheet-with-rows = { $title }（{ $rows }）
sheet-no-column = 没有{ $column }列
sheet-line-has = 第 { $line } 行是{ $headers }
sheet-name-it = 请用 { $options } 指定列（表头名或列字母），或用 --header-line 指定表头所在的行，用 --delimiter 指定分隔符，用 --sheet 指定工作表
sheet-or-one-flag = 如果所有采购单用同一个标记，请加上 --flag 名称；要清除标记，请加上 --clear
sheet-or-no-header = 如果表格没有表头，请加上 --no-header，并用列字母指定各列
sheet-or-encoding = 如果文字显示不对：编码推测为 { $encoding }，请用 --encoding 指定实际的编码
sheet-clause-separator = ；

# 上面各句中对列、行、工作表的称呼。
sheet-order-column = 采购单号（purchase_no）
sheet-flag-column = 标记（flag_name）
sheet-titled-column = { $header }（{ $letter } 列）
sheet-numbered = { $number }：{ $title }
sheet-numbered-empty = { $number }：空表
sheet-hidden = { $worksheet }（隐藏）

# 不是表格的文件是什么。

# 工作簿内部的问题。
sheet-damage-broken = 文件已损坏
sheet-damage-cut = 文件不完整
sheet-damage-no-worksheets = 没有工作表
sheet-damage-no-cells = 缺少一个工作表的内容
sheet-damage-no-text = 缺少单元格的文字
sheet-damage-value = 单元格的值无法识别：{ $value }
sheet-damage-place = 单元格的位置无效：{ $place }
sheet-damage-two-cells = 第 { $line } 行有两个单元格在同一位置
sheet-damage-long-text = 有文字过长，单元格放不下
sheet-damage-order = 行或列的顺序有误
sheet-damage-far-apart = 单元格相隔太远，请删除表格以外的内容
sheet-damage-too-much = 行、列、表格或其他部分的数量超出工作簿的上限
sheet-damage-packing = 不支持它的压缩方式

# 表格是怎样读取的。
sheet-format-text = 分隔文本
sheet-format-html = HTML 表格
sheet-format-xml = XML 表格
sheet-read-as = 文件格式：{ $format }
sheet-encoding =
    编码 { $encoding }{ $is_marked ->
        [0] {""}
       *[other] （带 BOM）
    }
sheet-separated-by-tabs = 以制表符分隔
sheet-separated = 以 `{ $delimiter }` 分隔
sheet-worksheet = 工作表{ $worksheet }
sheet-no-header = 没有表头
sheet-header = 表头在第 { $line } 行
sheet-header-below-titles = 表头在第 { $line } 行（跳过标题 { $skipped } 行）
sheet-foot = 表尾略去 { $count } 行（合计、备注、签名等）
sheet-columns = 采购单号取自{ $order }列，标记取自{ $flag }列
sheet-one-flag = 采购单号取自{ $order }列，所有行的标记都是{ $flag }


## 运行：说明、停止原因、行的问题

stop-signal = 运行被中断
stop-clock = { $reason }（状态 { $status }），按 ERP 返回的 Date 校正时间（{ $offset } 秒）后仍然如此
stop-failures = 有 { $count } 张采购单未被接受（--max-failures）
stop-consecutive-failures = 连续 { $orders }失败，最后一张：{ $message }（--max-consecutive-failures）
stop-unreachable =
    { $answered ->
        [0] { $seconds } 秒内没有一次调用得到响应：{ $reason }；请检查接口地址是否正确
       *[other] 服务器已 { $seconds } 秒没有响应：{ $reason }
    }（{ $limit }）
stop-shut-out = 已 { $seconds } 秒没有一次调用通过 ERP 的限流：{ $reason }（--give-up-after）
stop-deadline = 已到截止时间（--deadline）

run-sheet-replaced = { $sheet }：已被另一个文件覆盖；现有文件保持不动
run-no-workers = 无法启动并发线程：{ $why }
run-interrupted =
    { $is_stopped ->
        [0] { $source }
       *[other] 提前停止：{ $reason }；随后：{ $source }
    }；已知结果{ $is_kept ->
        [0] 原在 `{ $journal }` 中，运行期间该文件被删除或移走：请放回原处，否则再次执行同一命令会从头开始
       *[other] 保存在 `{ $journal }` 中，再次执行同一命令即可接着做
    }
run-account-busy = 另一个运行正在用同一账号调用（{ $holder }），本次已等待 { $waited }；没有发送任何内容：请等它结束后再次执行同一命令

journal-of-other-identity = 原有的运行记录属于其他账号、接口地址、列或 --on-conflict 设置；已另存为 `{ $path }`，本次从头开始
journal-not-own = 原有的运行记录属于其他用户；已另存为 `{ $path }`，本次从头开始
journal-of-other-rows = 原有的运行记录中有本表格没有的行；已另存为 `{ $path }`，本次从头开始
journal-too-old = 原有的运行记录已是 { $age }之前的，时间太久，不再可信（--continue-within）；已另存为 `{ $path }`，本次从头开始
journal-damaged = 原有的运行记录已损坏；已另存为 `{ $path }`，本次从头开始
journal-of-other-sheet = 另一张表格的运行曾经中断，它的结果文件或失败明细与本次相同，现已无法续跑；其运行记录另存为 `{ $path }`
journal-not-wanted = 按要求（--fresh）从头开始，原有的运行记录已另存为 `{ $path }`

results-missing = 结果文件不存在
results-of-other-form = 结果文件不是 wdt-flags 写出的样子
results-with-other-columns = 结果文件的列不同
results-of-other-account = 它属于另一个账号

place-line = 第 { $line } 行
place-line-of-sheet = 第 { $line } 行（对应原表格{ $origin }）
place-of-failures = 失败明细{ $line }

note-conflict = 同一采购单给出了不同的标记
note-invalid-and-decided = { $problem }；但该采购单以{ $line }为准：本行不必改正，删除即可
note-half-width = 单号中的全角字符已换成半角：{ $order }
note-put-right = 表格软件曾把单号变成{ $now }，已还原
note-and = { $message }；{ $note }
note-conflict-last = 同一采购单给出了不同的标记；它的最后一行是{ $line }
note-conflict-accepted-before = 同一采购单给出了不同的标记；它的最后一行是{ $line }；最后一行的标记在表格增加行之前已被接受
note-left-out = 在表格中被隐藏（--visible-only）
note-not-sent-for = 未发送：{ $reason }
note-not-sent = 未发送
note-beyond-limit = 未发送：超出 --limit { $limit }
note-unchanged = ERP 里已是“{ $flag }”
note-unchanged-since = ERP 里已是“{ $flag }”，最后修改于 { $time }
note-not-carried = 已接受，但 ERP 里不是这个标记：现为“{ $flag }”
note-read-back = 调用失败，但核对后 ERP 里已是这个标记
note-not-read-back = 已接受；未能核对：{ $why }
note-same-as = 与{ $line }相同
note-same-as-reply = 与{ $line }相同：{ $reply }
note-unknown-flag = 与{ $line }相同；请在 ERP 中定义这个标记，或改正标记
note-decided = 以{ $line }为准
note-decided-rejected = 以{ $line }为准，但那一行被拒绝；要发送本行，请先删除那一行
note-decided-failed = 以{ $line }为准，但那一行失败：采购单保持原有标记，除非 ERP 已经执行而响应丢失
note-decided-skipped = 以{ $line }为准，但那一行未发送：采购单保持原有标记

problem-fewer-fields = 列数不对：少于表头的 { $expected } 列；可能是单元格中的换行把上一行拆成了两行，请合并这两行，并给含换行的单元格加上引号
problem-more-fields = 列数不对：多于表头的 { $expected } 列；请改正这些行，内容含分隔符的单元格要加引号
problem-fields = { $found } 列，应为 { $expected } 列
problem-detail = { $problem }（{ $detail }）
problem-open-quote = 引号（"）没有在单元格结尾处结束，可能把后面的行也包了进去；请补上，如果它是内容的一部分，请连写两个
    .detail = 从第 { $line } 行 { $column } 列开始，到第 { $through } 行
problem-cut-off = 表格是不是在这一行中间断了？如果没有断，请在末尾加一个换行
problem-extra-fields = 列数不对，见 extra_fields 列；请改正本行，并清空该单元格
problem-doubtful = “{ $column }”仍是无法确定的内容；请以文本重新输入单号，确实如此就在 row_check 后加 !
problem-doubtful-flag = “{ $column }”仍是无法确定的内容；请以文本重新输入标记，确实如此就在 row_check 后加 !
problem-cut = “{ $column }”是被表格软件截掉数字的单号；请以文本重新输入，确实如此就在 row_check 后加 !
problem-moved = “{ $column }”是另一行的单号，可能只排序或填充了一列；请改正，确实如此就在 row_check 后加 !
problem-flag-column = “{ $column }”改过了，但发送的是 sent_flag 列；请改那一列，要照原样发送就在 row_check 后加 !
problem-unlisted-flag = “{ $column }”不是账号配置中 flags 列出的标记
    .detail = { $flag }，最接近的是 { $nearest }
problem-empty = “{ $column }”为空
problem-too-long = “{ $column }”超过 ERP 最多接受的 { $max } 个字符
    .detail = { $length } 个字符

character = 第 { $position } 个字符是 { $code }
character-line-break = “{ $column }”中有换行；请删除
character-tab = “{ $column }”中有制表符；请删除
character-control = “{ $column }”中有控制字符；请删除
character-replacement = “{ $column }”中有 �；表格保存时文字已经损坏，请重新导出
character-private-use = “{ $column }”中有没有意义的字符；读取表格的编码可能不对，请用 --encoding 指定
character-invisible = “{ $column }”中有看不见的字符，实际内容与看到的不同；请重新输入该单元格
character-emoji = “{ $column }”中有表情符号，ERP 可能不接受；请删除，或改成 ERP 里的写法

misfit-formula-error = “{ $column }”是出错的公式；请在工作簿中改正
misfit-nothing = “{ $column }”只是表示空白、待定或同上的文字；请填写实际的内容
misfit-no-value = “{ $column }”是没有计算结果或结果为 0 的公式；如果从未计算过，请用 Excel 或 WPS 打开工作簿，保存后再试，否则请按文本输入正确的内容
misfit-narrow = “{ $column }”只有 # 号，列宽不够时表格软件就这样显示；请加宽该列，重新导出
misfit-format = “{ $column }”是数字，单元格格式却把它显示为别的内容；请把该列设为文本格式，输入正确的内容
    .detail = { $stored }，显示为 { $shown }
    .code = { $stored }，单元格格式为 { $code }
misfit-few-digits = “{ $column }”是数字，位数比其他采购单号少，开头的 0 可能丢了；请把该列设为文本格式，重新输入（确实就是这个数，也要按文本输入）
misfit-rounded = “{ $column }”是数字，该列以零结尾的长数字多得不像巧合，可能被 Excel 截成了 15 位，或被浏览器取整；请把该列设为文本格式，重新输入或导入；确实无误的，请在数字前加 '
misfit-scientific = “{ $column }”是科学计数法的数字，原来的单号已经丢失；请把该列设为文本格式，重新输入或导入，再导出
misfit-amount = “{ $column }”是带有小数或分隔符的数字；请把该列设为文本格式，按 ERP 中的采购单号输入，再导出
misfit-date = “{ $column }”是日期；请把该列设为文本格式，输入正确的内容
misfit-time = “{ $column }”是时间；请把该列设为文本格式，输入正确的内容
misfit-boolean = “{ $column }”是逻辑值；请把该列设为文本格式，输入正确的内容
misfit-percentage = “{ $column }”是百分数；请把该列设为文本格式，输入正确的内容
misfit-several-orders = “{ $column }”含有几个采购单号；请每行只写一个
misfit-total = “{ $column }”是合计行，不是采购单；请删除该行
misfit-note = “{ $column }”是备注、签名或页码，不是采购单；请删除该行
misfit-repeated-header = “{ $column }”是重复的表头，不是采购单；请删除该行

warning-close-encoding = 按 { $taken } 读取，但字符太少，也可能是 { $other }；如果 `check` 显示的文字不对，请加 --encoding { $option }
warning-alike = 有采购单号只有大小写不同，ERP 可能当作同一张：{ $orders }；它们会按表格的顺序逐张发送
warning-hidden-rows = 有 { $count } 行被隐藏，可能是因为筛选；这些行也会发送，加 --visible-only 可以不发送
warning-hidden-rows-left-out = 有 { $count } 行被隐藏，不发送（--visible-only）
warning-full-width = 有 { $count } 行的单号含全角字母或数字，按半角发送
warning-merged-cells = 有 { $count } 个采购单号或标记的单元格跨行合并；合并的每一行都取该值

readback-different = ERP 里的标记是“{ $flag }”
readback-different-since = ERP 里的标记是“{ $flag }”，最后修改于 { $time }
readback-not-found = 用这个账号在 ERP 里查不到这张采购单
readback-without-flag = ERP 列出了这张采购单，但没有给出标记
readback-twice = ERP 列出了两张同号的采购单，标记分别是“{ $one }”和“{ $other }”
readback-not-asked = 未核对
readback-not-asked-why = 未核对：{ $why }
readback-decided-as = 以{ $line }为准：{ $message }

## 账号与调用

call-rejected = 被拒绝：{ $reason }
call-throttled = 被限流：{ $reason }
call-transient = 暂时失败：{ $reason }
call-unreachable = 连不上：{ $reason }
call-clock = 时间不准：{ $reason }
call-fatal = 无法继续：{ $reason }
call-doubtful = 未受理：{ $reason }
call-with-status = { $what }（状态 { $status }）

reason-wrong-endpoint = HTTP { $status }，接口地址可能不对
reason-refused-before-erp = HTTP { $status }，没有到达 ERP 就被挡下
reason-too-many-requests = HTTP 429，请求过多
reason-other-form = ERP 的响应不是已知的格式
reason-not-json =
    响应不是 ERP 的 JSON，而是{ $kind ->
        [empty] 空的
        [page] 标题为“{ $words }”的网页
       *[other] “{ $words }”
    }
reason-no-date = { $reason }；ERP 的响应没有 Date 头，无法据此校正时钟：请把本机时钟调准
reason-maintenance = 系统正在维护
reason-no-connection = { $seconds } 秒内没有连上
reason-timeout = { $seconds } 秒内没有响应
reason-host-not-found = 找不到主机
reason-proxy-login = 代理 { $proxy } 要求它认可的用户名和密码（HTTP 407）；请写在 { $variable } 中，格式为 http://USER:PASSWORD@HOST:PORT
reason-malformed = 响应不可用：{ $what }
reason-out-of-handles = 本机无法再打开连接：{ $why }；请提高可打开的文件数（ulimit -n），或减小 --workers
reason-certificate = 服务器的证书不受信任：{ $why }
reason-through-proxy = { $reason }（经过代理 { $proxy }）

destination = { $account }（app key { $app_key }），接口地址 { $endpoint }
destination-stand-in = 模拟 ERP（--sandbox），不会向真正的 ERP 发送任何内容

setting =
    { $key ->
        [sid] 卖家账号（sid）
        [app_key] 接口账号（app key）
        [app_secret] 接口密钥（app secret）
       *[endpoint] 接口地址
    }

account-secret-form = 接口密钥（app secret）的格式应为 secret:salt，两部分都不能为空
account-nowhere-to-ask = init 通过 stderr 提问，而它现在没有显示在终端上；请不要重定向 stderr
account-asked = 账号将存入 { $file } 的账号配置 `{ $profile }`；接口账号和密钥请到旺店通开放平台，在您的应用中查看
account-may-replace = 账号配置 `{ $profile }`（sid { $sid }）已经存在；要替换其中的账号吗？
account-saved =
    已存为 { $file } 的账号配置 `{ $profile }`{ $privacy ->
        [private] ，其他用户无法读取
       *[inherited] {""}
    }
account-overruled = 环境变量 { $names } 优先于账号配置；请取消这些环境变量，或用 --profile { $profile } 指定

config-misplaced = { $origin }：{ $setting }中有不该有的引号、空格、换行或看不见的字符（{ $character }）；请去掉，或重新输入
config-empty = { $origin }：{ $setting }不能为空
config-no-endpoint = { $origin }：不是接口地址；请填 `production`、`test`，或以 https:// 或 http:// 开头的网址
config-ended = 还没有{ $setting }，输入就结束了，因此什么也没有保存；init 在终端上逐项提问，在脚本中读取四行：卖家账号、接口账号、接口密钥、接口地址
config-not-a-file = `{ $path }` 是链接或不是普通文件，不会写入；请用 --config 指定文件本身
config-taken = { $file } 的账号配置 `{ $profile }` 已经存在，保持不变；加 --yes 替换其中的账号，加 --profile NAME 另建一个
config-mixed = 环境变量和账号配置中是不同的账号，这样会混在一起：{ $one }来自“{ $one_origin }”，{ $other }却来自“{ $other_origin }”；请把账号完整地写在一处，或去掉属于另一个账号的部分
config-incomplete = 缺少{ $missing }：`wdt-flags init` 会询问账号并保存；也可以设置环境变量 WDT_SID、WDT_APP_KEY 和 WDT_APP_SECRET（格式为 secret:salt；或用 WDT_APP_SECRET_FILE 指定存放密钥的文件），或在 { $place } 中填写 sid、app_key 和 app_secret（或 app_secret_file）；`wdt-flags run 表格 --sandbox` 不需要账号
config-at = { $place }：{ $why }
config-in-environment = 环境变量 { $name }
config-in-profile = { $place } 的 { $key }
config-default = 默认值
config-origin = { $setting }来自“{ $origin }”
config-workers = workers：请写 1 到 { $most } 的整数
config-flags = flags：请写成 ["加急", "待质检"] 这样，列出账号的标记
config-output-format = output_format：请写 csv 或 xlsx
config-file = 配置文件
config-profile = { $file } 的账号配置 `{ $profile }`
config-two-secrets = { $one } 和 { $other } 只能给一个
config-null = { $origin }：{ $setting }所在文件的编码无法读取；请另存为 UTF-8
config-unreadable = 无法读取 `{ $path }`（{ $origin }）：{ $why }
config-no-profile =
    { $file } 中没有账号配置 `{ $profile }`{ $count ->
        [0] {""}
       *[other] ；其中有：{ $others }；请用 --profile 名称 选一个
    }
config-malformed =
    { $message }{ $advice ->
        [quotes] ；请用英文引号 "…"，不要用中文引号
        [backslash] ；双引号里的 \ 要写成 \\ 或 /，或者改用单引号：'C:\…'
       *[other] {""}
    }
config-not-utf8 = 不是有效的 UTF-8；请另存为 UTF-8
config-expected-profile = 应为 [账号名]，其中有 sid、app_key 等
config-expected-string = 应为带引号的字符串
config-unknown-key = 没有这个键；账号配置中可以有 sid、app_key、app_secret、app_secret_file、endpoint、ca_file、rate、workers、output_format、flags、notify_url、notify_url_file、notify_secret、notify_format、notify_keyword
config-readable-by-others = 其他用户可以读取 `{ $path }`，其中有密钥；请执行：chmod 600 '{ $path }'
config-no-home = 没有用户主目录可以存放配置文件；请用 --config 指定一个

endpoint-refused = 接口地址 `{ $given }` 不可用；请填 `production`、`test`，或 { $example } 这样的网址：以 http:// 或 https:// 开头，端口为 1 到 65535（不写端口时冒号也不要写），不带用户名、查询（?）和片段（#）

proxy-unusable = { $variable } 中的代理不可用；请写成 http://HOST:PORT 或 socks5://HOST:PORT

certificates-unreadable = 无法读取 `{ $path }` 中的根证书：{ $why }
certificates-unusable = `{ $path }` 中没有根证书，或有无法读取的证书；应为 PEM 文件（-----BEGIN CERTIFICATE-----）

pace-rate = 请写 N/s、N/min 或 N/h（N 为 1 以上的整数），或者 auto、unlimited；例如 55/min
pace-workers = 请写 auto 或 1 到 { $most } 的整数

## 文件

files-no-name = 表格来自标准输入或管道，请用 --results FILE 指定结果文件
files-of-stand-in = `{ $path }` 是试运行留下的文件；请加上 --sandbox，或用 --results 和 --failures 另行指定文件
files-of-erp = `{ $path }` 用来存放正式 ERP 的结果文件和失败明细；试运行（--sandbox）请另行指定文件
files-same = `{ $path }` 在这次运行中会被用到两次；请用 --results 和 --failures 分别指定不同的文件
files-is-sheet = `{ $path }` 就是表格本身，或是表格要用的文件；请用 --results 或 --failures 另行指定文件
files-no-directory = 无法写入 `{ $path }`：没有 `{ $directory }` 这个目录；请先建好目录，或用 --results 或 --failures 另行指定文件
files-read-only = 目录 `{ $directory }` 不能写入（{ $why }），什么都没有发送；请用 --results 目录/ 指定可以写入的目录
files-not-a-file = `{ $path }` 不是普通文件；请用 --results 或 --failures 另行指定文件
files-link-to-nowhere = `{ $path }` 是指向 `{ $target }` 的链接，而后者不存在；请先建好该文件或删除链接，或用 --results 或 --failures 另行指定文件
files-not-ours = `{ $path }` 已存在，而且不是 wdt-flags 写的这种文件；请先移走，或另行指定
files-sheet-not-ours = `{ $path }` 就是表格本身，但末尾已不是 wdt-flags 写的那几列，所以没有覆盖；请用 --failures 另行指定文件
files-not-a-format = 无法写入 `{ $path }`：结果文件和失败明细只能是 CSV 或工作簿；请指定以 .csv 或 .xlsx 结尾的文件
files-other-worksheets = `{ $path }` 里还有别的工作表，覆盖后会丢失；请先把它们移到别的工作簿，或用 --results 或 --failures 另行指定文件
files-too-many-rows = 表格有 { $rows } 行，一个工作表放不下；请把 `{ $path }` 换成以 .csv 结尾的文件
files-given-of-other-account = `{ $path }` 是为另一个账号写出的；请改用那个账号，要发到当前账号请直接运行原表格
files-given-of-stand-in = `{ $path }` 是用演示环境试运行时写出的，不会发给真实账号；请直接运行原表格
files-half-placed = 写 `{ $path }` 的那次运行曾经中断，文件没有全部就位（运行记录 `{ $journal }`），现有的文件可能属于另一次运行；未发送任何内容，请先重新运行那份表格（wdt-flags run 表格）
files-flags-exchanged = `{ $path }`：有 { $rows } 行的标记与原来相同，只是换了行，可能只对这一列排过序；请撤销排序，确实要这样的行请在 row_check 后加 !
files-locked = 另一个运行正在写 `{ $path }`（{ $holder }）；请等它结束后再试
files-no-locks = 无法锁定 `{ $path }`（{ $why }）：所在的文件系统可能不支持文件锁，两次同时运行会互不知晓；请确保只有一次在运行，或把表格放到本机磁盘
files-of-another = `{ $path }` 属于其他用户的运行，无法接手（{ $why }）；如果那个运行已经结束，请让人删除这个文件
files-held = 无法替换 `{ $path }`（{ $why }）；请在其他程序里关闭它，或取消只读，或用 --results 或 --failures 另行指定文件
files-device = 无法写入 `{ $path }`：Windows 把这个名称当作设备；请换一个名称
files-name-too-long = 无法写入 `{ $path }`（{ $why }）；请用 --results 和 --failures 另行指定名称较短的文件
files-io = 无法写入 `{ $path }`：{ $why }
files-holder = 进程号 { $pid }，{ $since } 开始
files-holder-unknown = 没有写明是谁

## 命令的输出

label-error = 错误：
label-warning = 警告：
zone-unknown = TZ={ $zone } 不是已知的时区，所以时间都按 UTC；请写成 TZ=Asia/Shanghai 这样
time-is-up = { $time } 已过（--deadline）：什么都没有发送；请在这之前执行同样的命令
untold-log = 没有写全日志（--log）：{ $why }
untold-metrics = 没有写出指标（--metrics）：{ $why }
untold-report = 没有写出网页（--report）：{ $why }
untold-people = 没有通知到任何人（--notify）：{ $why }
robot-none = 没有可以通知的机器人：请设置 WDT_NOTIFY_URL，或账号配置里的 notify_url；见 `wdt-flags help nightly`
robot-no-url = { $origin }：不是 http(s) 地址；地址就是密码，这里不显示
robot-no-format = notify_format：只能是 { $formats }
robot-told = 已送达 { $robot }
robot-not-told = { $robot } 没有收下消息：{ $why }
robot-no-reply = { $http }，而且不是这种机器人的回复
robot-refuses =
    { $said }（错误码 { $code }）{ $kind ->
        [keyword] ；机器人只收含有它的关键词的消息：请设置 --keyword 或 notify_keyword
        [secret] ；notify_secret 不是这个机器人的，或者没有填
        [clock] ；本机时钟不准，或 notify_secret 不对
        [address] ；请在机器人设置里允许本机的 IP 地址
        [gone] ；机器人已不存在或地址不对：请重新复制
       *[none] { "" }
    }
message-title =
    旺店通标记 { $of }：{ $how ->
        [nothing] 没有执行
        [stopped] 提前停止，{ $failures } 行未完成（{ $ok } 成功）
        [failures] { $failures } 行需要处理（{ $ok } 成功）
        [recovered] 已恢复，{ $recovered } 行已写入（{ $ok } 成功）
       *[ok] 全部完成（{ $ok } 成功）
    }
message-test = 旺店通标记：测试消息；以后标记的情况会发到这里
message-account = 账号 { $account }
message-ended = { $time } 结束，退出码 { $code }
message-stopped = 原因：{ $why }
message-changes = 与上次结果相比：新增 { $new } 行，恢复 { $recovered } 行
message-reason =
    { $rows } × { $reason }{ $is_new ->
        [1] （新）
       *[0] { "" }
    }
message-more = …另有 { $count } 种原因
message-see-results = 下一步请看结果文件
untold-summary = 没有写出小结（--summary）：{ $why }
stdout-failed = 无法写到标准输出：{ $error }
no-thread = 无法启动线程：{ $error }
check-rows =
    共 { $rows } 行，其中无效 { $invalid } 行{ $left ->
        [0] {""}
       *[other] 、隐藏而不发送 { $left } 行
    }；去重后 { $orders } 张采购单
check-no-account = 没有给出账号：未核对这些行是否属于您的账号
check-run = 现在运行：{ $calls }
check-other-flags = 其他标记
finding-superseded = 后面有一行给同一采购单另一个标记，以那一行为准
finding-superseded-row = 标记为“{ $flag }”，但以{ $line }为准
finding-conflict-row = 标记为“{ $flag }”；该采购单的最后一行是{ $line }
findings-group = { $rows }：{ $matter }
findings-more =
    另有 { $rows } 行{ $most ->
        [0] {""}
       *[other] （加 -v 最多列出 { $most } 行）
    }
init-next =
    { $code ->
        [0] 先用 wdt-flags check 表格 检查一遍，再执行：{ $command }
        [3] 请按上面的原因改正，再重新录入：{ $command }
       *[other] 稍后再试：{ $command }
    }
init-line = 标准输入第 { $line } 行
init-question =
    { $setting }{ $key ->
        [app_secret] （格式为 secret:salt，输入时不显示）
        [endpoint] （production、test 或网址）
       *[other] {""}
    }{ $default }：
init-not-taken = 请重新输入
init-interrupted = 已中断，什么都没有保存
init-unreadable = 无法读取{ $setting }：{ $error }
no-signals = 无法接收信号：{ $error }
man-failed = 无法把手册页写入 `{ $directory }`：{ $error }
ping-account = { $sid }（app key { $key }）
ping-reply = { $reply }（用时 { $time }）
ping-clock-agrees = 与 ERP 一致
ping-clock-near = { $difference }，在允许范围内
ping-clock-refused = { $difference }，超出 ERP 允许的范围；运行时会自动校正，但最好把本机时钟调准
call-accepted = 已接受
run-proxy = 通过代理 { $proxy } 调用
run-no-summary = 无法输出小结：{ $error }
run-namesake = 同一目录下还有 `{ $namesake }`，因此 `{ $sheet }` 的结果文件写为 `{ $results }`
run-no-stand-in = 无法启动模拟 ERP：{ $error }
confirm-sending = 现在把 { $orders }的标记发送到 ERP 吗？账号：{ $account }
not-confirmed = 未确认，没有发送任何内容{ $asks ->
        [1] {""}
       *[other] （加 --yes 直接确认）
    }
run-beside = 无法替换 `{ $wanted }`（{ $why }），其内容已写入 `{ $written }`；请在其他程序中关闭该文件，再执行同一命令即可放回原处
run-journal-lost = 本次的运行记录在结束前被删除或移走；其中的内容都已写入结果文件和失败明细
run-stopped =
    提前停止：{ $reason }；{ $test ->
        [0] {""}
       *[other] 请先解决；
    }{ $again ->
        [same] 在{ $within }内（--continue-within）执行同一命令即可从此处继续
        [fresh] 在{ $within }内（--continue-within）执行同一命令（去掉 --fresh）即可从此处继续
        [lost] 除非放回运行记录，否则同一命令会从头开始
        [permission] 接口账号没有查询采购单的权限：请为它开通接口 purchase.PurchaseOrder.queryWithDetail
       *[verify] 没有核对到的行记为 unknown，再执行同一命令会全部重新核对
    }
sandbox-failed = 无法在 { $address } 上提供服务：{ $error }
sandbox-serving = 模拟 ERP 已启动，按 Ctrl-C 停止
refused-twice = “{ $argument }”不能重复给出
refused-conflict = “{ $argument }”不能与 { $others } 同时使用
refused-no-value = “{ $argument }”缺少值
refused-value = “{ $argument }”的值“{ $value }”无效：{ $why }
refused-values = 可用的值是 { $values }
refused-argument = 无法识别参数“{ $argument }”
refused-missing = 缺少必需的参数：{ $arguments }
refused-command = 没有名为“{ $command }”的命令；要写入表格：wdt-flags run 表格
refused-similar = 有相近的写法：{ $names }
refused-help = 更多说明请用“--help”查看。
check-listing-calls = 其中 { $calls } 次调用用来查询哪些采购单的标记无需更改（--skip-unchanged）

## 进度与小结

left-at-once = 已立即退出：没有等待已发出的调用，也没有写结果文件；已知的结果保存在 `{ $journal }`，再执行同一命令即可续跑
conflicts =
    { $orders } 张采购单的标记前后不一，{ $rule ->
        [last] 以各自的最后一行为准
       *[invalid] 不会发送
    }（--on-conflict）
event-continuing = 接着 { $age }前中断的地方继续：已完成的 { $rows }不再发送（--fresh 从头开始）
event-forecast = { $calls }；账号：{ $account }
event-pausing = 暂停 { $pause }：{ $reason }
event-max-in-flight = 此后同时最多 { $calls }：{ $reason }
event-call-for = { $place }，采购单“{ $order }”
event-call = 一次调用
event-answered =
    { $call }{ $attempt ->
        [1] {""}
       *[other] ，第 { $attempt } 次尝试
    }：{ $verdict }
event-account-unknown = 状态目录中无法保存文件（{ $why }）：用同一账号的几个运行不会互相等待，速率也无法合在一起控制
event-no-state-directory = 没有这个目录；HOME 设置对吗？
event-account-busy = 另一个运行正在用同一账号调用（{ $holder }）：等它结束后再开始，最多等 { $time }
event-kept-edited = `{ $path }` 写出后被修改过，已另存为 `{ $kept }`
event-edited-beside = 旁边的 `{ $path }` 也改过，这次不发送；请改为运行那个文件，或在这次之后再运行它
event-results-read = 以 `{ $path }` 代替表格核对：后来改正、新增、排除或没有发送的行都在其中
event-results-not-read = `{ $path }` 里有 { $rows } 行改正或新增的内容，表格里没有；要核对这些行，请对该文件用 `verify`
event-waits = { $why }；最多等十分钟，可以替换时自动继续（按 Ctrl-C 则另存在旁边）
event-kept = 以前运行的 `{ $path }` 已保留为 `{ $kept }`
event-not-updated = 没有更新对应的结果文件：{ $why }；结果写入 `{ $results }`
event-rows-added = 有 { $rows } 行是结果文件里原来没有的（手工添加或来自另一次运行），放在结果文件末尾，没有行号
event-rows-put-right = 有 { $rows } 行的单号被表格软件改动过，已还原，见各行的说明；用 --output-format xlsx 写出工作簿就不会被改动
event-trouble-at-deadline = 截止时间前最后的调用没有成功：{ $reason }
event-waits-for-pace = 首次调用先等待 { $wait }：上一次运行刚用该账号调用过，或正在暂停
event-as-before = 接续上一次运行的等待
event-outage = 与服务器的连接中断：{ $why }；{ $wait }后再试
event-unanswered = 到现在一次响应都没有收到：接口地址 { $endpoint } 对吗？本机能上网吗？要经过代理吗（wdt-flags ping 会列出来）？接着尝试，最多 { $time }（--give-up-after）
event-outage-over = 服务器恢复响应，中断了 { $lasted }
event-clock-corrected = 本机时钟{ $difference }；此后按 ERP 的时间签名，但最好把本机时钟调准
event-stopping = 正在停止：{ $reason }；等待已发出的调用返回（按 Ctrl-C 立即退出）
event-unrecorded = 未能记录：{ $place }，采购单“{ $order }”：{ $status }
forecast-none = 无需调用
forecast-latest = { $calls }，最晚到 { $deadline } 为止（--deadline）
forecast-left = { $calls }，约需 { $time }，但 { $deadline } 停止发送（--deadline），届时约剩 { $left }
forecast-in-time = { $calls }，赶得上 { $deadline }（--deadline）
forecast-end = { $calls }，约需 { $time }，预计 { $end } 完成
forecast-limited = { $calls }，速率 { $rate }
forecast-auto = { $calls }，速率起初 { $rate }，之后逐步加快
forecast-unlimited = { $calls }，并发数 { $workers }，速率不限
preview-sent =
    { $which ->
        [first] 第一张
        [last] 最后一张
       *[only] 仅此一张
    }：{ $line }，{ $order }的标记设为{ $flag }
preview-unlike = { $orders }中有 { $count } 张的单号和其他的不像（长度或开头不同），请核对：{ $places }
nowhere-to-ask = 这里没有人可以回答：要在终端里用；别处请用 check，以及不带 --ask 的 run
guide-sheet = 请把表格拖进本窗口，再按回车（直接按回车结束）：
guide-next = 还有别的表格，或改好的失败明细吗？拖进本窗口再按回车（直接按回车结束）：
guide-again = 请先改正，再把文件拖进来；或输入上面提示的选项（例如 --order-column C），按回车（直接按回车则跳过）：
guide-profile =
    用哪个账号：{ $profiles }？{ $default ->
        [1] （直接按回车用 default）
       *[other] {""}
    }
guide-no-account = 还没有设置账号，现在设置吗？（不设置就先用模拟 ERP 试一遍，不会向 ERP 发送任何内容）
guide-account-again = ERP 不接受这个账号，要重新录入吗？
confirm-clearing = 要清除 { $orders }的标记吗？账号：{ $account }
rows-by-status =
    { $status ->
        [ok] 已接受
        [unchanged] 无需更改
        [superseded] 被后面的行取代
        [rejected] 被拒绝
        [failed] 失败
        [invalid] 无效
        [skipped] 未发送
        [same] 一致
        [different] 不一致
        [unknown] 未知
       *[not-found] 查不到
    } { $rows } 行（{ $status }）
rows-by-status-in-short =
    { $status ->
        [ok] 已接受
        [unchanged] 无需更改
        [superseded] 被取代
        [rejected] 被拒绝
        [failed] 失败
        [invalid] 无效
        [skipped] 未发送
        [same] 一致
        [different] 不一致
        [unknown] 未知
       *[not-found] 查不到
    } { $rows }
part-separator = ，
progress-settled = { $settled }/{ $rows } 行
progress-per-minute = { $calls } 次/分
progress-per-second = { $calls } 次/秒
progress-left = 还剩 { $time }
progress-paused = 暂停至 { $until }：{ $reason }
progress-away = 服务器自 { $since } 起连不上，{ $next } 再试：{ $reason }
progress-retrying = 正在重试：{ $reason }
summary-stand-in = 没有向 ERP 发送任何内容：这是用模拟 ERP 的试运行（--sandbox）
summary-rows = 共 { $rows }：{ $counts }
summary-whole = 整张表格：{ $rows }，其中 { $well } 行已成功，{ $rest } 行未成功
summary-calls = { $calls } 次，用时 { $time }（重试 { $retries } 次，暂停 { $pauses } 次）
summary-failures = { $path }（{ $rows }）
summary-failures-untouched = 就是这份表格，未作改动
summary-others = 其他原因，见文件
summary-verified = { $confirmed } 张采购单的标记已核实，{ $refuted } 张不符，{ $recovered } 张调用失败但已生效，{ $unread } 张未能核对；{ $calls }
next-test-first = 先执行 { $test }，测试通过后再执行：{ $command }
next-whole = 先到 ERP 里看看这几张采购单，无误后全部发送：{ $command }
next-correct = 先改正 { $file } 中的行，保存并关闭
next-correct-first = 先改正 { $file } 中的行，再执行：{ $command }
label-sheet = 表格
label-account = 账号
label-finished = 完成时间
label-calls = 调用
label-deadline = 截止时间
label-noted = 提示
label-results = 结果文件
label-failures = 失败明细
label-verified = 核对结果
label-read-back = 核对情况
label-different = 不一致
label-kept = 上次结果
label-journal = 运行记录
label-next = 下一步
label-endpoint = 接口地址
label-proxy = 代理
label-reply = 响应
label-clock = 时钟
listing-page = 正在读取 ERP 的采购单列表：第 { $page } 页，共 { $pages } 页；{ $wanted } 张采购单中已查到 { $seen } 张
listing-refused = ERP 不能列出采购单：{ $error }；每张采购单各调用一次
listing-does-not-pay = 列表不再往下读：再读用掉的调用比省下的多
listing-read = 读 { $calls } 页 ERP 列表，{ $orders } 张采购单中省去 { $saved } 次单独调用；还需调用 { $left } 次
verify-begins = 核对 ERP 里的标记，最多约 { $calls }（能用列表查询时更少）；账号：{ $account }
confirm-begins = 核对 { $orders }（--verify）
confirm-given-up = 不再核对：{ $reason }
confirm-no-permission = 无法核对：{ $reason }；接口账号没有查询采购单的权限：请为它开通接口 purchase.PurchaseOrder.queryWithDetail

## 网页报告

page-language = zh-CN
page-no-results = `{ $path }` 不是 wdt-flags 的结果文件；请给出 run 或 verify 写出的文件，如 orders.results.csv
page-written = 网页已写入 `{ $path }`
page-verdict =
    { $failures ->
        [0] { $rows ->
            [0] 没有数据行
           *[other] 共 { $all } 行，都不需要处理
        }
       *[other] { $count } 行需要处理（共 { $all } 行）
    }
page-of-outcomes = 每一行的处理结果
page-of-readings = 每一行的核对结果
page-began = 第一行完成于
page-status =
    { $status ->
        [ok] ERP 已接受
        [unchanged] ERP 里已是
        [superseded] 以后面的行为准
        [rejected] 被 ERP 拒绝
        [failed] 每次都失败
        [invalid] 无法发送
        [skipped] 未发送
        [same] 与表格一致
        [different] 与表格不一致
        [not-found] ERP 里查不到
       *[unknown] 未核对或无答复
    }
page-strange = 有 { $count } 行的状态不是 wdt-flags 写的
page-night =
    { $minutes ->
        [1] 每分钟完成的行数
       *[other] 每 { $minutes } 分钟完成的行数
    }
page-earlier = 另有 { $count ->
       *[other] { $rows }
    } 行早在 12 小时以前完成，未画出
page-reasons = 原因
page-count = 行数
page-reason = 原因
page-looks = 需要处理的行
page-line = 行号
page-order = 采购单号
page-flag = 标记
page-more =
    { $count ->
       *[other] 另有 { $rows } 行需要处理，见文件
    }
page-stopped = 最近一次命令没有正常做完
page-earlier-results = 它没有留下结果。以下是更早一次运行的结果。
page-drawn = { $time } 根据结果文件生成

## 模拟 ERP

sandbox-hung-up = 已断开，不作响应
sandbox-orders-unreadable = { $file } 无法读取：{ $why }；应为 UTF-8 的 CSV 文件，表头为 order，另可有 flag 和 modified；时间请写成 2026-11-01 08:00:00（北京时间）或 2026-11-01T00:00:00Z

## 帮助：-h 只显示每段文字的第一行，--help 显示全部

heading-usage = 用法：
usage-options = [选项]
usage-command = 命令
value-sheet = 表格
heading-commands = 命令
heading-arguments = 参数
heading-sheet = 表格
heading-account = 账号
heading-pace = 速率
heading-stopping = 停止
heading-output = 输出
heading-other = 其他
about =
    把表格里的采购单标记批量写入旺店通旗舰版 ERP

    表格至少要有采购单号（purchase_no）和标记名称（flag_name）两列，其他列不限。
    每张采购单调用一次接口；结果文件写明每一行的处理情况，失败明细可以直接再交给
    本程序处理。
about-run =
    把表格写入 ERP

    先通读一遍表格，再为每张采购单调用一次接口；同一采购单有多行时，以最后一个
    有效行的标记为准。
about-check =
    读取并检查表格，不调用接口

    说明表格是怎么认的、运行会发送什么、需要多长时间，并按问题列出不会发送的行。
    选项与 run 相同。只有加了 --skip-unchanged 才会调用 ERP，并需要账号。
about-verify =
    核对 ERP 里的标记与表格是否一致，不作任何更改

    逐张采购单比较 ERP 里的标记与最后一个有效行给出的标记。表格也可以是
    结果文件或失败明细；改正过失败的行以后，请核对结果文件。
    见 wdt-flags help reading-back。
about-guide =
    一步步询问：处理哪张表格、还缺什么

    先检查表格，列出要发送的内容，您同意后才发送；没有账号时帮您设置，也可以先用
    模拟 ERP 试一试。在 Windows 上双击本程序，或把表格拖到程序图标上，就是这样运行。
about-init =
    录入账号、保存并测试

    依次询问卖家账号、接口账号（app key）、接口密钥（app secret）和接口地址，
    写入只有您本人能读取的配置文件，然后做一次不改变任何数据的调用。在脚本中每行
    读一项。见 wdt-flags help account。

    退出码与 ping 相同，账号无论如何都会保存；退出码为 2 时什么都不保存。
about-ping =
    测试账号密钥、接口地址和时钟，不改变任何数据

    ERP 接受调用时退出码为 0，连不上或时钟有误差时为 1，被拒绝时为 3。
about-sandbox =
    启动模拟 ERP，直到被中断

    它检查真实 ERP 所检查的内容，用同样的话响应，标记保存在内存中，还可以设置
    各种困难。会显示让客户端指向它的环境变量；加 -v 显示每个请求。

    单号里没有 404 的采购单，它都认得。查询采购单时，它给出 --orders 里的和曾经
    改过标记的。wdt-flags 会发的它都受理，其余一律拒绝。run --sandbox 的结果文件
    和失败明细另有名称，绝不和真 ERP 的混在一起。
about-report =
    把已有的结果文件画成网页

    网页只有一个文件，可用任何浏览器打开、转发或打印：各状态的行数、完成的时间、
    原因，以及需要处理的行。只根据 run 的结果文件或 verify 写出的文件，不调用接口。
about-man =
    为每个命令和主题生成手册页（man）

    阅读方法：man -l DIR/wdt-flags-run.1，或写到 man 查找的目录，如
    ~/.local/share/man/man1。
about-completions =
    输出命令行自动补全脚本

    请写到命令行查找的地方：
      bash  ~/.local/share/bash-completion/completions/wdt-flags
      fish  ~/.config/fish/completions/wdt-flags.fish
      zsh   $fpath 中某个目录下的 _wdt-flags
about-help = 显示某个命令的帮助，或某个主题的说明
examples =
    示例：
      wdt-flags run orders.csv --sandbox     试运行，不需要账号
      wdt-flags init                         录入账号
      wdt-flags run orders.csv               把表格写入 ERP
topics =
    主题说明（wdt-flags help TOPIC）：
      { $topics }
exit-codes =
    退出码：
      0    所有行都已接受、无需更改、被后面的行取代，或被排除（--visible-only）；
           check 时都可以发送，verify 时都与 ERP 一致
      1    已全部处理，但有的行没有写入成功
      2    用法、配置或表格有误；什么都没有发送
      3    提前停止：ERP 拒绝所有调用或连不上、达到停止条件，或文件无法写入
      4    时间到了（--deadline）；同样的命令会接着做
      75   另一个运行正在写同样的文件；或者正用同一账号调用，等到
           --give-up-after 或 --deadline 还没有结束
      130  被 SIGINT 停止（Ctrl-C）
      143  被 SIGTERM 停止
help-quiet = 只显示小结和错误
help-verbose =
    显示更多信息（-vv：每次调用）

    包括识别出的表头和编码、重试、暂停。
help-lang =
    提示信息的语言：zh 或 en
    （环境变量 WDT_LANG；默认跟随系统）
help-help = 显示帮助（--help 显示全部选项）
help-version = 显示版本号
help-guided = 要处理的表格，逐张进行
help-path =
    表格：CSV 等文本、工作簿或网页表格；- 表示标准输入

    见 wdt-flags help sheets。
help-flag = 所有行用同一个标记，不需要标记列
help-clear =
    清除所有行的采购单标记

    等同于 --flag 无。
help-order-column =
    采购单号列：表头名或列字母
    （默认 purchase_no、采购单号等）
help-flag-column =
    标记列：表头名或列字母
    （默认 flag_name、标记名称等）
help-header-line =
    表头在文件或工作表的第几行
    （默认是第一个含有这两列的行）
help-no-header =
    表格没有表头：第一行就是数据

    列用字母指定。
help-sheet =
    工作表的名称或序号（从 1 起）
    （默认是含有这两列的可见工作表）
help-include-hidden =
    给隐藏的行也设 --flag 或 --clear 的标记
help-visible-only =
    不处理工作簿里隐藏的行

    无论是被筛选还是手工隐藏。
help-encoding =
    文本表格的编码，如 utf-8、gb18030、utf-16le
    （默认自动识别）
help-delimiter =
    文本表格的分隔符：一个字符，或 tab
    （默认自动识别）
help-max-workbook-size =
    工作簿解压后单元格最多占用的内存（默认 512M）

    如 800M 或 2G。
help-allow-empty =
    没有数据行的表格也照样接受

    否则会拒绝：导出失败的表格也是这个样子。
help-on-conflict =
    同一采购单的标记不一致时怎么办（默认 last）

    - last：以该采购单最后一个有效行为准，其他行被取代
    - invalid：该采购单的所有行都无效
help-profile =
    使用配置文件中的哪个账号
    （环境变量 WDT_PROFILE；默认 default）

    在这里指定时优先于环境变量。见 wdt-flags help account。
help-endpoint =
    接口地址：production、test（不加密的 HTTP）或网址
    （环境变量 WDT_ENDPOINT；默认 production）
help-config =
    配置文件
    （环境变量 WDT_CONFIG；默认是配置目录下的 wdt-flags/config.toml）
help-ca-file =
    除内置的证书颁发机构外还要信任的证书（PEM 文件）
    （环境变量 WDT_CA_FILE）

    用于公司检查 TLS 流量的环境。
help-sandbox =
    试运行：调用内置的模拟 ERP，不需要账号

    模拟 ERP 在本程序内部启动。
help-rate =
    调用速率上限，如 120/min
    （默认取账号配置里的，否则 55/min；--sandbox 时 20/s）

    可写 N/s、N/min、N/h、auto 或 unlimited。见 wdt-flags help trouble。
help-workers =
    最多同时进行的调用数（默认取账号配置的 workers，否则 auto）

    auto 按每次调用 3 秒计算，足以达到所设速率，在 4 到 64 之间。
help-retries =
    遇到暂时性失败时，首次之后再尝试的次数（默认 4）

    不为 0 时，运行最后还会把失败的采购单再发送一次。
help-timeout =
    一次调用最长用时，包括建立连接
    （默认 30s）
help-deadline =
    到时停止调用，如 6h 之后，或 06:30
    （默认不限）

    06:30 是下一个 06:30；之后六小时内算是已经过了，什么都不发送，
    退出码是 4。
help-give-up-after =
    服务器连不上超过这么久时停止
    （默认 1h）

    在此之前反复试探，恢复后自动继续。本机上另一个运行正用同一账号时，
    也最多等这么久。
help-skip-unchanged =
    先查询 ERP，只发送标记有变化的采购单

    ERP 里已是这个标记的不发送。见 wdt-flags help reading-back。
help-modified-within =
    列出多久以内修改过的采购单（默认 30d）

    没有列出的照常发送；verify 则逐张查询。
help-verify =
    发送后再核对 ERP 里的标记

    见 wdt-flags help reading-back。
help-limit =
    只发送前 N 张采购单，用于小批试发

    其余的不发送。
help-max-failures =
    已发送但未被接受的采购单达到这么多时停止
    （默认不限）
help-max-consecutive-failures =
    连续这么多张采购单最终失败时停止（默认 25）

    0 表示不限。
help-fresh =
    即使有可以续跑的中断运行，也从头开始

    原运行记录另存保留。
help-continue-within =
    中断的运行超过这么久就不再续跑（默认 30h）

    其运行记录另存保留。见 wdt-flags help nightly。
help-results =
    结果文件：每一行及其处理结果
    （默认在 x.csv 旁：x.results.csv，--sandbox 时 x.sandbox.results.csv，
    verify 时 x.verified.csv）

    给目录时，所有文件都放到那里。
help-report-results = run 的结果文件，或 verify 写出的文件
help-notify =
    由机器人通知人：problems（有问题时）、always（总是）
    或 never（从不）；钉钉、企业微信、飞书或 webhook，
    地址在 WDT_NOTIFY_URL 或账号配置里；默认 problems，
    在终端上或用 --sandbox 时是 never；
    见 `wdt-flags help nightly`
help-keyword = 机器人要求的关键词（默认 notify_keyword）
help-notify-test = 发出消息，并说明是否送达
value-results = 结果文件
about-notify = 给负责通知的机器人发一条测试消息
help-page =
    网页写到哪里，- 表示标准输出
    （默认在 x.results.csv 旁：x.results.html）
help-failures =
    失败明细：还要再次发送的行
    （默认在 x.csv 旁：x.failures.csv，--sandbox 时
    x.sandbox.failures.csv，verify 时 x.different.csv）

    即被拒绝、失败、无效或未发送的行；verify 时是不一致和查不到的行。
help-output-format =
    csv，或 xlsx：内容不会被 Excel 改动的工作簿
    （默认取账号配置的 output_format，否则 csv）

    用于没有指定名称的文件。
help-no-bom = 不写 Excel 识别中文所需的字节顺序标记（BOM）
help-keep =
    至少保留以往几次运行的结果文件和失败明细（默认 30）

    超出的部分满 90 天后删除，改过的失败明细不删。
    0 表示除改过的以外都不保留。
help-dry-run = 什么都不发送，等同于 check
help-ask = 发送前先询问，要在终端里用
help-yes = 清除标记前不再询问
help-format =
    小结用 text（文字）还是 json（默认 text）
    json：一个对象，只要选项认得出，命令失败时也会输出；
    见 `wdt-flags help nightly`
help-summary =
    把小结也以 JSON 写入这个文件
    就是 --format json 的那个对象，不管怎样结束都完整写入；
    只替换这样的文件。
help-log =
    每个事件在这个文件末尾追加一行 JSON
    文件被移走后会重新打开；见 `wdt-flags help nightly`。
help-metrics =
    为 node_exporter 的 textfile 采集器写出指标
    文件名须以 .prom 结尾；见 `wdt-flags help nightly`。

    见 wdt-flags help nightly。
help-report =
    把结果画成网页（HTML），写到这个文件

    不论怎样结束都会写；运行没有留下结果时，网页上写明这一点和原因，
    下面是上一次的结果。见 wdt-flags report --help。
help-init-profile =
    账号在配置文件中的名称
    （环境变量 WDT_PROFILE；默认 default）
help-init-yes = 替换已有账号前不再询问
help-sandbox-limit = 每分钟放行的调用数（默认不限）
help-max-concurrency = 同时放行的调用数（默认不限）
help-latency = 每次调用用时（默认 0s）
help-sandbox-shell =
    按哪种命令行显示环境变量
    （默认跟随系统）

    sh（也用于 bash、zsh、fish）、powershell 或 cmd。
help-listen =
    监听地址（默认 127.0.0.1:0）

    端口 0 表示任取一个空闲端口。
help-flags =
    已定义的标记，用逗号分隔
    （默认 aa,加急,已质检,待质检,待付款,已付款,部分到货,无）

    “无”始终存在。
help-orders =
    已有的采购单（CSV 文件）
    （默认没有）

    表头须有 order，还可以有 flag 和 modified，或写接口里的字段名。
    标记为空表示无标记；时间为空表示模拟 ERP 启动之时。时间写成
    2026-11-01 08:00:00（北京时间）或 RFC 3339 的样子。
help-fail-rate =
    暂时性失败的调用所占比例，0 到 1 之间
    （默认 0）
help-clock-skew = 时钟快多少，慢则为负（-5m）（默认 0s）
help-topic = 命令或主题（默认是整个程序）
help-dir = 写到哪个目录；不存在则创建
help-shell = bash、zsh、fish、powershell 或 elvish
value-duration = 请写时长，如 30s、12h 或 30d，最长十年
value-positive = 请写 1 以上的整数
value-whole = 请写整数
value-address = 请写地址和端口，如 127.0.0.1:8080
value-time-of-day = 请写时刻，如 06:30
value-zone = 时刻取决于时区，而 TZ={ $zone } 不是已知的时区；请写成 TZ=Asia/Shanghai 这样
value-character = 请写一个 ASCII 字符，或 tab
value-per-minute = 请写 N/min，N 为正整数
value-fraction = 请写 0 到 1 之间的数
value-size = 请写字节数，或带 K、M、G 的数，如 800M
