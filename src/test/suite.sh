# What the suites that need npm have in common. Sourced by their run.sh, with $root being the project.

# The path of a java that is 25, which need not be the one on the path.
java25() {
  local candidate
  for candidate in "${JAVA_HOME:-}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    if [ -x "$candidate" ] && "$candidate" -version 2>&1 | grep -q 'version "25'; then
      echo "$candidate"
      return
    fi
  done
  echo "there is no JDK 25: set JAVA_HOME" >&2
  return 1
}

# install [FOLDER]: npm's packages. Installs nothing when what is there fits the lock.
install() {
  (cd "${1:-.}"
  if ! cmp -s package-lock.json node_modules/.package-lock.of-run.json; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/.package-lock.of-run.json
  fi)
}

# compile FILE: the project with its tests; leaves their class path in the file.
compile() {
  (cd "$root" && mvn -q test-compile dependency:build-classpath -Dmdep.outputFile="$1" -Dmdep.includeScope=test)
}
