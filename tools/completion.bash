# bash completion for kpanic: commands and options come from the program's own help.
_kpanic() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]:-} program=${COMP_WORDS[0]}
	local commands options
	COMPREPLY=()
	case $prev in
	--color | --colour)
		mapfile -t COMPREPLY < <(compgen -W "always never auto" -- "$cur")
		return
		;;
	--debug-dir | --root)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	esac
	commands=$("$program" help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
	if [[ $cur == -* ]]; then
		[[ " $commands " == *"$command"* && $COMP_CWORD -gt 1 ]] || command=explain
		options=$("$program" "$command" --help 2>/dev/null | grep -oE -- '--[a-z-]+|(^| )-[a-zA-Z]\b' | sort -u)
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	if [[ $COMP_CWORD -eq 1 ]]; then
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$commands" -- "$cur")
	fi
	return 0
}
complete -o filenames -F _kpanic kpanic
