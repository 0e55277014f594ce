# The commands of the demonstration's component, for by_hand.sh.
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends nginx
echo 'Hello from a golden image' >/var/www/html/index.html
systemctl enable nginx
