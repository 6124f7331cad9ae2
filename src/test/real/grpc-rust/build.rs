// Stubs of SessionService and of the details that its errors carry. PROTOC is the compiler, PROTO_PATH where to find files.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=PROTO_PATH");
    let path = std::env::var("PROTO_PATH")?;
    let folders: Vec<&str> = path.split(':').collect();
    let files = ["mcpsession/v1/session_service.proto", "google/rpc/error_details.proto"];
    tonic_prost_build::configure().build_server(false).compile_protos(&files, &folders)?;
    Ok(())
}
