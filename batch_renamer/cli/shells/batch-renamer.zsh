#compdef batch-renamer
# Completion of batch-renamer in zsh:
#   batch-renamer completion zsh >> ~/.zshrc
# or, where ~/.zfunc is in $fpath before compinit runs:
#   batch-renamer completion zsh > ~/.zfunc/_batch-renamer

_batch-renamer() {
  local program=${words[1]/#\~\//$HOME/} line word kind
  local -a lines found
  lines=("${(@f)$("$program" __complete "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  kind=$lines[1]
  shift lines
  [[ $PREFIX == --*=* ]] && compset -P '*='

  case $kind in
    words|runs)
      for line in $lines; do
        word=${${line%%$'\t'*}//\\/\\\\}
        found+=("${word//:/\\:}${${line#*$'\t'}:+:${line#*$'\t'}}")
      done
      _describe -V -t values 'batch-renamer' found
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
