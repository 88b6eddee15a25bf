# Completion of sluice for bash: sub-commands, their options, the keys of the configuration, files.
_sluice() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="$(sluice --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p') --help --version"
  elif [[ $before == --format ]]; then
    words="human gcc json"
  elif [[ $before == --user ]]; then
    words=$(compgen -u)
  elif [[ $word == -* ]]; then
    words=$(sluice "${COMP_WORDS[1]}" --help 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u)
  elif [[ ${COMP_WORDS[1]} == explain && $COMP_CWORD -eq 2 ]]; then
    words="placeholders GET HEAD POST PUT PATCH DELETE $(_sluice_keys)"
  fi
  if [ -n "$words" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}

# "server.limits.body_bytes": the headings of the reference are tables, the first column of a row is a key.
_sluice_keys() {
  sluice reference 2>/dev/null | awk '
    /^#/ { table = match($0, /`\[+[a-z.]+\]+`/) ? substr($0, RSTART, RLENGTH) : ""; gsub(/[][`]/, "", table); if (table) print table }
    table && /^\| `/ { key = $2; gsub(/`/, "", key); print table "." key }' | sort -u
}

complete -o filenames -F _sluice sluice
