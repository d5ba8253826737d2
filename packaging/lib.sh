# What the scripts in packaging/ and tests/run share: saying what happens, installing what is
# missing, and building a folder. Sourced by bash, with `root` set to the top of the source tree.

build_packages=(
  g++ cmake ninja-build pkg-config
  libyaml-cpp-dev libcli11-dev libspdlog-dev libfmt-dev libmagic-dev
  libexpected-dev libxxhash-dev zlib1g-dev libdeflate-dev libzopfli-dev
  libbrotli-dev libzstd-dev libssl-dev
  libsqlite3-dev nlohmann-json3-dev
)
# Beside these, for a Debian package: dpkg takes build-essential for granted.
debian_packages=(build-essential debhelper python3)

say() {
  if [[ -t 1 ]]; then
    printf '\033[1m==> %s\033[0m\n' "$*"
  else
    printf '==> %s\n' "$*"
  fi
}

give_up() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}

is_installed() {
  [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

# Installs those of the named Debian packages that are missing, and asks for root only then.
install_missing() {
  command -v dpkg-query >/dev/null ||
    give_up "this is not a Debian system; install what these packages stand for by hand: $*"
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    say "All $# Debian packages are there"
    return
  fi
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      give_up "run this as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  # A test may need a program whose package would also start a service: RUNLEVEL=1 prevents it
  # where there is no systemd.
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get -o DPkg::Lock::Timeout=120)
  if [[ -t 1 ]]; then apt+=(-o Dpkg::Progress-Fancy=1); fi
  "${apt[@]}" update -q
  "${apt[@]}" install -q -y --no-install-recommends "${missing[@]}"
}

# build_in FOLDER TARGET CMAKE_OPTION...: configures FOLDER, where something changed, and builds
# TARGET. Ninja says how far it has come; a folder that is up to date costs a second.
build_in() {
  local folder=$1 target=$2
  shift 2
  say "Configuring $folder/"
  cmake -S "$root" -B "$root/$folder" -G Ninja --log-level=WARNING "$@" || return
  say "Building $folder/ (the first time takes minutes)"
  NINJA_STATUS='[%p %f/%t] ' ninja -C "$root/$folder" "$target"
}
