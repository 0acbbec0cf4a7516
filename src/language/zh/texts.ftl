# 给人看的文字，简体中文。状态、列名、选项名不翻译。

## 时长、大小、列举

duration-seconds = { $seconds } 秒
duration-minutes = { $minutes } 分 { $seconds } 秒
duration-hours = { $hours } 小时 { $minutes } 分
bytes = { $count } 字节
list-separator = 、
list-more = { $items } 等，另有 { $more } 个

## 表格

## 运行：说明、停止原因、行的问题

## 账号与调用

## 文件

## 命令的输出

## 进度与小结

## 模拟 ERP

## 帮助
