# The commands of examples/nginx/nginx.yaml, for by_hand.sh.
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y install --no-install-recommends nginx-light curl
echo '<h1>Hello from a golden image</h1>' >/var/www/html/index.html
systemctl enable nginx
nginx -t
