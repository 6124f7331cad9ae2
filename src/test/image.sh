# The image made by Maven, unpacked by tools that are not ours, and the mounts that Kubernetes gives a container.
# Sourced in the root of the project.

# image_tools: what unpacks images, and a Redis.
image_tools() {
  local tool
  for tool in skopeo umoci redis-server; do
    command -v "$tool" > /dev/null && continue
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends skopeo umoci redis-server > /dev/null
  done
}

# unpack_image WORK: target/image.tar to $root, below WORK; what it says of itself to $config.
unpack_image() {
  skopeo copy --quiet oci-archive:target/image.tar "oci:$1/layout:checked"
  config=$(skopeo inspect --config "oci:$1/layout:checked")
  umoci unpack --image "$1/layout:checked" "$1/bundle" > /dev/null
  root=$1/bundle/rootfs
}

# mount_root ROOT: proc, dev and a resolv.conf, and the rest read-only. In a mount namespace of its own, so that
# nothing is left behind.
mount_root() {
  mount --bind "$1" "$1"
  mkdir -p "$1/proc" "$1/dev"
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  mount -o remount,bind,ro "$1"
}
