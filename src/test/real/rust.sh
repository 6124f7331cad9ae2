# The programs in Rust, for those suites that run them. Sourced after suite.sh.

# rust_programs: builds all of them at once, as what they share is then built once; they are in $rust.
rust_programs() {
  local sources=$root/target/rust
  protoc
  mkdir -p "$sources"
  cp -a ../Cargo.toml ../*-rust "$sources"
  PROTOC=$protoc PROTO_PATH=$root/proto:$googleapis cargo build -q --manifest-path "$sources/Cargo.toml"
  rust=$sources/target/debug
}
