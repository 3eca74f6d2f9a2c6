// A service that knows nothing of Runlens nor of OpenTelemetry: Express and a database client.
const express = require('express')
const { Pool } = require('pg')

const pool = new Pool({ connectionString: process.env.DATABASE_URL })
const app = express()
app.get('/orders/:id', async (request, response) => {
  const { rows } = await pool.query('SELECT id, total FROM orders WHERE id = $1', [request.params.id])
  response.json(rows)
})
app.get('/reports', async (_request, response) => {
  const { rows } = await pool.query('SELECT * FROM reports')
  response.json(rows)
})
const server = app.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}.`))
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  pool.end()
})
