package web

// unbuilt is the page of a server that was built without the client. It needs no style or script, so that the
// Content-Security-Policy holds for it too.
const unbuilt = `<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Salon</title>
</head>
<body>
<main>
<h1>Salon</h1>
<p>Le serveur marche, mais la page n’est pas encore construite.
Lancez <code>make web</code>, puis compilez et relancez le serveur.</p>
<p lang="en">The server works, but its page has not been built yet.
Run <code>make web</code>, then build and start the server again.</p>
</main>
</body>
</html>
`
