# Registers the task of wdt-flags.xml for the user who runs this, starts it once, waits for it and
# ends with its exit code:  powershell -ExecutionPolicy Bypass -File register.ps1
param([string]$Name = 'wdt-flags', [string]$File = "$PSScriptRoot\wdt-flags.xml")
$ErrorActionPreference = 'Stop'

$credential = Get-Credential -UserName "$env:USERDOMAIN\$env:USERNAME" -Message 'The task runs as'
$task = @{
    TaskName = $Name
    Xml      = [System.IO.File]::ReadAllText($File)
    User     = $credential.UserName
    Password = $credential.GetNetworkCredential().Password
    Force    = $true
}
Register-ScheduledTask @task | Out-Null

Start-ScheduledTask -TaskName $Name
do {
    Start-Sleep -Seconds 2
} while ((Get-ScheduledTask -TaskName $Name).State -eq 'Running')
$code = (Get-ScheduledTaskInfo -TaskName $Name).LastTaskResult
Write-Output "exit code $code"
exit $code
