#compdef sluice
# Completion of sluice for zsh: sub-commands, their options, the keys of the configuration, files.
_sluice() {
  local -a found
  if (( CURRENT == 2 )); then
    found=(${(f)"$(sluice --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)   *\(.*\)$/\1:\2/p')"})
    _describe command found
  elif [[ $words[CURRENT-1] == --format ]]; then
    compadd human gcc json
  elif [[ $words[CURRENT-1] == --user ]]; then
    _users
  elif [[ $words[CURRENT] == -* ]]; then
    compadd -- $(sluice $words[2] --help 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u)
  elif [[ $words[2] == explain ]] && (( CURRENT == 3 )); then
    # The headings of the reference are tables, the first column of a row is a key.
    compadd placeholders GET HEAD POST PUT PATCH DELETE $(sluice reference 2>/dev/null | awk '
      /^#/ { table = match($0, /`\[+[a-z.]+\]+`/) ? substr($0, RSTART, RLENGTH) : ""; gsub(/[][`]/, "", table); if (table) print table }
      table && /^\| `/ { key = $2; gsub(/`/, "", key); print table "." key }' | sort -u)
  else
    _files
  fi
}
_sluice "$@"
