# Completion of sluice for fish: sub-commands, their options, files.
complete -c sluice -n __fish_use_subcommand -f -a '(sluice --help | string replace -rf "^  ([a-z]+)  +(.*)" "\$1\t\$2")'
complete -c sluice -n __fish_use_subcommand -l help -l version
complete -c sluice -n 'not __fish_use_subcommand; and string match -q -- "-*" (commandline -ct)' -f \
  -a '(sluice (commandline -opc)[2] --help | string match -ra -- "--[a-z-]+" | sort -u)'
complete -c sluice -n 'not __fish_use_subcommand; and string match -q -- --format (commandline -opc)[-1]' -f -a 'human gcc json'
complete -c sluice -n 'not __fish_use_subcommand; and string match -q -- --user (commandline -opc)[-1]' -f -a '(__fish_complete_users)'
