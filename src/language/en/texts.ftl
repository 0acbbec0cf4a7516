# What people read, in English. Statuses, names of columns and options stay as they are.

## Durations, sizes, lists

duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
bytes = { $count } bytes
list-separator = { ", " }
list-more = { $items } and { $more } more

## Sheets

## Runs: notes, stops, problems of rows

## Accounts and calls

## Files

## What commands say

## Progress and summary

## The stand-in

## Help
