// Shows the status as it is. The token is behind the "#" of the address, which is never sent to a server.
const token = decodeURIComponent(location.hash.slice(1));

async function show() {
  const answer = await fetch("/api/status", {headers: token ? {Authorization: "Bearer " + token} : {}});
  document.getElementById("status").textContent = JSON.stringify(await answer.json(), null, 2);
}

if (token) show();
