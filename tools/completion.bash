# bash completion for kpanic: commands and options come from the program's own help.
_kpanic() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]:-} program=${COMP_WORDS[0]}
	local commands options
	COMPREPLY=()
	# "--color=al" comes as three words.
	if [[ $cur == "=" ]]; then
		cur=""
	elif [[ $prev == "=" && $COMP_CWORD -gt 1 ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $prev in
	--color | --colour)
		mapfile -t COMPREPLY < <(compgen -W "always never auto" -- "$cur")
		return
		;;
	--debug-dir | --root | --source | --modules | --base-path | -m)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	-i)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--width | --release | -r)
		return
		;;
	esac
	commands=$("$program" help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
	if [[ $command == help && $COMP_CWORD -gt 1 ]]; then
		[[ $COMP_CWORD -eq 2 ]] && mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
		return
	fi
	if [[ $cur == -* ]]; then
		# At first those of the program itself; help without a command lists them with explain's.
		[[ $'\n'$commands$'\n' == *$'\n'"$command"$'\n'* ]] || command=explain
		[[ $COMP_CWORD -gt 1 ]] || command=""
		options=$("$program" help ${command:+"$command"} 2>/dev/null |
			sed -nE 's/^  (-[a-zA-Z])?(, )?(--[a-z-]+)?.*/\1 \3/p')
		mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$cur" | sort -u)
		return
	fi
	if [[ $command == code && $COMP_CWORD -gt 1 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$program" code --json 2>/dev/null |
			grep -oE '"(number|name)": *"?[a-z0-9-]+' | sed 's/.*[ :"]//')" -- "$cur")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	if [[ $COMP_CWORD -eq 1 ]]; then
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$commands help" -- "$cur")
	fi
	return 0
}
complete -o filenames -F _kpanic kpanic
