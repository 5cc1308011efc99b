# Completion of batch-renamer in fish 3.1 or newer:
#   batch-renamer completion fish >> ~/.config/fish/config.fish

function __batch_renamer_words
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -e words[1]
    set -l lines ($program __complete $words "$typed" 2>/dev/null)
    set -l kind $lines[1]
    set -e lines[1]
    # In --option=value fish wants the whole word back.
    set -l before (string match -r -- '^--[^=]*=' "$typed")
    set -l value (string replace -r -- '^--[^=]*=' '' "$typed")
    # As it is meant: "my\ orders" and 'my orders have no backslash and no quotation mark.
    set value (string unescape -- "$value"; or string replace -r -- '^[\'"]' '' "$value")

    switch "$kind"
        case words runs
            for line in $lines
                printf '%s%s\n' "$before" $line
            end
        case files
            set -l pattern '/(?:\t|$)'
            if set -q lines[1]
                set pattern $pattern'|(?i:\.(?:'(string join '|' -- $lines)'))(?:\t|$)'
            else
                set pattern '.'
            end
            for line in (__fish_complete_path "$value" | string match -r -- '.*(?:'$pattern').*')
                printf '%s%s\n' "$before" $line
            end
        case folders
            for line in (__fish_complete_directories "$value")
                printf '%s%s\n' "$before" $line
            end
    end
end

complete -c batch-renamer -f -k -a '(__batch_renamer_words)'
