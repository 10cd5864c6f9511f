# Completes lines in a zsh that reads them from a terminal: each line is typed, with a tab at its end.
#
#     zsh -f complete.zsh SCRIPT OUTPUT LINE...     appends each line, as completed by SCRIPT, to OUTPUT as <LINE>

zmodload zsh/zpty
script=$1 output=$2
shift 2
zpty shell zsh -f -i
ask() { zpty -w shell $1 }
ask "PS1= PS2= RPS1=; unsetopt beep; autoload -Uz compinit && compinit -u -D && source ${(q)script}"
ask "show() { print -r -- \"<\$BUFFER>\" >>${(q)output}; BUFFER=; }; zle -N show; bindkey '^O' show"
ask "bindkey '^I' expand-or-complete; print rea''dy"
zpty -r -m shell reply '*ready*'
for line; do zpty -w -n shell $line$'\t\C-o'; done
ask "print fin''ished"
zpty -r -m shell reply '*finished*'
zpty -d shell
