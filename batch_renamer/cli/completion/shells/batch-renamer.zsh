#compdef batch-renamer
# Completion of batch-renamer in zsh:
#   batch-renamer completion zsh >> ~/.zshrc
# or, where ~/.zfunc is in $fpath before compinit runs:
#   batch-renamer completion zsh > ~/.zfunc/_batch-renamer

_batch-renamer() {
  local program=${words[1]/#\~\//$HOME/} line word meaning kind
  local -a lines found shown one_each_line
  local -i width=0
  lines=("${(@f)$("$program" __complete "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  kind=$lines[1]
  shift lines
  [[ $PREFIX == --*=* ]] && compset -P '*='

  case $kind in
    words|runs)
      # Not by _describe: it puts words of the same meaning together, and the newest run is to be the first.
      for line in $lines; do
        found+=("${line%%$'\t'*}")
        (( $#found[-1] > width )) && width=$#found[-1]
      done
      for line in $lines; do
        word=${line%%$'\t'*} meaning=${line#*$'\t'}
        if [[ -n $meaning ]]; then
          line="${(r:width:)word}  -- $meaning"
          shown+=("$line[1,COLUMNS-1]")
          one_each_line=(-l)
        else
          shown+=("$word")
        fi
      done
      compadd $one_each_line -V values -d shown -a found
      ;;
    files)
      if (( $#lines )); then
        _files -g "*.(#i)(${(j:|:)lines})(-.)"
      else
        _files
      fi
      ;;
    folders)
      _files -/
      ;;
  esac
}

if [[ $funcstack[1] == _batch-renamer ]]; then
  _batch-renamer "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _batch-renamer batch-renamer
fi
