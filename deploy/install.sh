# What a bare machine lacks, for ./sweep and ./check, which read this file.
#   SWEEP_INSTALL=yes  installs it without a question
#   SWEEP_INSTALL=no   neither installs nor asks
# Otherwise root with apt-get gets PostgreSQL without a question, and whoever sits at a terminal is asked once.
# shellcheck shell=bash

dotnet_called="the .NET SDK 10"
postgres_called="PostgreSQL"

# The SDK wants ICU's tables, or to be told that there are none.
compgen -G "/usr/lib*/libicuuc.so.*" >/dev/null || compgen -G "/usr/lib*/*/libicuuc.so.*" >/dev/null || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

home_folder() { echo "${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}"; }

# The first of the PATH's dotnet and ~/.dotnet that has the SDK; the PATH begins with it afterwards.
dotnet_is_here() {
    local dotnet
    for dotnet in "$(command -v dotnet)" "$(home_folder)/.dotnet/dotnet"; do
        if [[ -x $dotnet && $("$dotnet" --list-sdks 2>/dev/null) =~ (^|$'\n')10\. ]]; then
            [[ $(command -v dotnet) == "$dotnet" ]] || export PATH="${dotnet%/*}:$PATH" DOTNET_ROOT="${dotnet%/*}"
            return
        fi
    done
    return 1
}

# Where client/Sweep.Client/Local/PostgresBinaries.cs looks.
postgres_is_here() {
    [[ -n ${SWEEP_PG_BIN:-} ]] || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || { command -v initdb && command -v postgres; } >/dev/null
}

# provide WHO THING...   makes each thing (dotnet, postgres) be there.
# Returns 1 where it may not or was not allowed to, and 2 after it has said why it could not.
provide() {
    local who=$1 thing
    local lacks=() packages=() as_root=() called=""
    shift
    for thing in "$@"; do
        "${thing}_is_here" || lacks+=("$thing")
    done
    [[ ${#lacks[@]} != 0 ]] || return 0
    for thing in "${lacks[@]}"; do
        "${thing}_packages"
        local name=${thing}_called
        called+="${called:+ and }${!name}"
    done
    [[ ${SWEEP_INSTALL:-} != no ]] || return 1
    if [[ ${#packages[@]} != 0 ]]; then
        command -v apt-get >/dev/null || return 1
        if [[ $(id -u) != 0 ]]; then
            command -v sudo >/dev/null || return 1
            as_root=(sudo)
            [[ -t 0 ]] || as_root+=(-n)
        fi
    fi
    is_allowed "$who" "$called" || return 1
    if [[ ${#packages[@]} != 0 ]]; then
        install_packages "$who" "${packages[@]}" || return 2
    fi
    for thing in "${lacks[@]}"; do
        [[ $thing != dotnet ]] || install_dotnet "$who" || return 2
        "${thing}_is_here" || { name=${thing}_called; echo "$who: ${!name} is still not there after it was installed." >&2; return 2; }
    done
}

is_allowed() {
    local who=$1 called=$2 how="" is="is missing. Install it" answer
    [[ ${SWEEP_INSTALL:-} != yes ]] || return 0
    [[ ${#as_root[@]} != 0 || ${lacks[*]} != postgres ]] || return 0
    [[ -t 0 && -t 2 ]] || return 1
    [[ " ${lacks[*]} " != *" dotnet "* ]] || how="Microsoft's script into $(home_folder)/.dotnet"
    [[ ${#packages[@]} == 0 ]] || how+="${how:+; }${as_root[*]}${as_root[*]:+ }apt-get install ${packages[*]}"
    [[ ${#lacks[@]} == 1 ]] || is="are missing. Install them"
    read -r -p "$who: $called $is now ($how)? [Y/n] " answer || return 1
    [[ ${answer,,} == "" || ${answer,,} == y || ${answer,,} == yes ]]
}

postgres_packages() { packages+=(postgresql); }

# What Microsoft's script and the SDK need: a download over TLS, and OpenSSL.
dotnet_packages() {
    command -v curl >/dev/null || command -v wget >/dev/null || packages+=(curl)
    [[ -e /etc/ssl/certs/ca-certificates.crt || -e /etc/pki/tls/certs/ca-bundle.crt ]] || packages+=(ca-certificates)
    compgen -G "/usr/lib*/*/libssl.so.3" >/dev/null || compgen -G "/usr/lib*/libssl.so.3" >/dev/null || packages+=(openssl)
}

# Debian's package would make a server of its own, and start it on port 5432. Sweep starts private ones, so while apt-get runs it is told not to.
no_server=/etc/postgresql-common/createcluster.d/sweep.conf

install_packages() {
    local who=$1 log status=0
    shift
    echo "$who: installing $* (apt-get)…" >&2
    log=$(mktemp)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '
        set -e
        no_server=$1
        shift
        mkdir -p "${no_server%/*}"
        echo "create_main_cluster = false" >"$no_server"
        trap "rm -f \"$no_server\"" EXIT
        trap "exit 130" HUP INT TERM
        # The lists may be missing, or old.
        apt-get update -q || true
        case " $* " in *" postgresql "*)
            version=$(LC_ALL=C apt-cache policy postgresql | sed -n "s/^  Candidate: \([0-9]*\).*/\1/p")
            if [ "${version:-15}" -lt 15 ]; then
                echo "E: the packages of this system have PostgreSQL $version, and 15 or later is needed: see https://www.postgresql.org/download/linux/"
                exit 100
            fi ;;
        esac
        apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"
    ' sh "$no_server" "$@" >"$log" 2>&1 </dev/null || status=$?
    [[ $status == 0 ]] || echo "$who: $* could not be installed: $(grep -E '^(E:|sudo:)' "$log" | tail -n 1 || true)" >&2
    rm -f "$log"
    return "$status"
}

install_dotnet() {
    local who=$1 folder script status=0
    folder=$(home_folder)/.dotnet
    script=$(mktemp)
    echo "$who: installing $dotnet_called into $folder…" >&2
    if ! mkdir -p "$folder" 2>/dev/null; then
        echo "$who: $dotnet_called could not be installed: $folder cannot be made; name a folder that can with HOME." >&2
        status=1
    elif ! download https://dot.net/v1/dotnet-install.sh >"$script" 2>"$script.log" || ! bash "$script" --channel 10.0 --install-dir "$folder" --no-path >"$script.log" 2>&1; then
        echo "$who: $dotnet_called could not be installed: $(tail -n 1 "$script.log")" >&2
        status=1
    fi
    rm -f "$script" "$script.log"
    return "$status"
}

download() {
    if command -v curl >/dev/null; then curl -fsSL --retry 2 "$1"; else wget -nv -O - "$1"; fi
}
