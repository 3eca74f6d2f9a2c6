// Express in front of a graph, with our callbacks.
import { langchainCallbacks } from '@runlens/instrumentation/langchain'
import express from 'express'
import { geographer } from './geographer.mjs'

const app = express()
app.get('/ask', async (request, response) => {
  const { question, thread } = request.query
  const callbacks = [langchainCallbacks()]
  const { answer } = await geographer.invoke({ question }, { callbacks, configurable: { thread_id: thread } })
  response.json({ answer })
})
const server = app.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}.`))
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
