# Completion of batch-renamer in bash 3.2 or newer:
#   batch-renamer completion bash >> ~/.bashrc

_batch_renamer() {
    local program=${1/#\~\//$HOME/} cur=${COMP_WORDS[COMP_CWORD]} kind="" word meaning pattern
    local -a words=() meanings=()
    COMPREPLY=()
    while IFS=$'\t' read -r word meaning; do
        if [[ -z $kind ]]; then
            kind=$word
        else
            words+=("$word")
            meanings+=("$meaning")
        fi
    done < <("$program" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    [[ $cur == "=" ]] && cur=""

    case $kind in
        words | runs)
            compopt -o nosort 2>/dev/null
            local index
            for index in "${!words[@]}"; do
                if [[ $kind == runs && ${#words[@]} -gt 1 && $COMP_TYPE -eq 63 ]]; then
                    # Only a list to look at: nothing of it is inserted.
                    COMPREPLY+=("${words[index]}  (${meanings[index]})")
                else
                    COMPREPLY+=("$(printf '%q' "${words[index]}")")
                fi
            done
            ;;
        files)
            compopt -o filenames 2>/dev/null
            pattern=$(IFS="|"; echo "${words[*]}")
            if declare -F _filedir >/dev/null; then
                _filedir ${pattern:+"@($pattern)"}
            elif [[ -z $pattern ]]; then
                _batch_renamer_files -f
            else
                _batch_renamer_files -d
                for word in "${words[@]}"; do
                    _batch_renamer_files -f -X "!*.$word"
                done
            fi
            ;;
        folders)
            compopt -o filenames 2>/dev/null
            _batch_renamer_files -d
            ;;
    esac
}

_batch_renamer_files() {
    local found
    while IFS= read -r found; do
        COMPREPLY+=("$found")
    done < <(compgen "$@" -- "$cur")
}

complete -F _batch_renamer batch-renamer
