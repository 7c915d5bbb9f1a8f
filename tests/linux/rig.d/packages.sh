# shellcheck shell=bash disable=SC2154,SC2034
# Packages: an apt of our own, that needs neither root nor the system's lists.

# Sets mirror and security to where the system gets its packages from.
find_mirror() {
	local uri suite
	mirror=${KPANIC_MIRROR:-} security=''
	while read -r uri suite; do
		case $uri:$suite in
		*:*-security) security=${security:-$uri} ;;
		*/debian:*-*) ;;
		*/debian:*) mirror=${mirror:-$uri} ;;
		esac
	done < <(apt-get --print-uris update 2>/dev/null | sed -n "s|^'\(.*\)/dists/\([^/']*\)/InRelease'.*|\1 \2|p")
	[ "$mirror" ] || die "apt is configured with no Debian mirror to get packages from: set KPANIC_MIRROR"
	security=${security:-${mirror%/}-security}
}

# set_up_apt SUITE…
# An apt of our own: its lists live in $temporary, so neither root nor the system's lists are needed, and
# it knows only Debian's mirror, taken from the system's configuration, signed with Debian's keys.
set_up_apt() {
	local mirror security suite from
	find_mirror
	mkdir -p "$temporary/apt/lists/partial" "$temporary/apt/archives/partial"
	for suite; do
		case $suite in
		*-security) from=$security ;;
		*) from=$mirror ;;
		esac
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $suite main"
	done >"$temporary/apt/sources.list"
	cat >"$temporary/apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$temporary/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State "$temporary/apt";
Dir::State::lists "$temporary/apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$temporary/apt";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "root";
CONF
	export APT_CONFIG=$temporary/apt/apt.conf
	apt-get -q update >"$temporary/apt/log" 2>&1 || die "apt-get update: $(grep -m1 '^[EW]:' "$temporary/apt/log")"
}

# The packages that the newest version of package $1 depends on, matching the pattern $2.
dependencies() {
	apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//' | grep -m1 -- "$2"
}

# download FOLDER PACKAGE…
download() {
	local folder=$1
	shift
	mkdir -p "$folder"
	(cd "$folder" && apt-get -q download "$@") >"$temporary/apt/log" 2>&1 ||
		die "apt-get download: $(grep -m1 '^E:' "$temporary/apt/log")"
}

