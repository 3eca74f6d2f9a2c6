// The same without anything of ours: OpenInference's instrumentation, set up as its manual says.
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbackManager from '@langchain/core/callbacks/manager'
import express from 'express'
import { geographer } from './geographer.mjs'

new LangChainInstrumentation().manuallyInstrument(callbackManager)

const app = express()
app.get('/ask', async (request, response) => {
  const { question, thread } = request.query
  const { answer } = await geographer.invoke({ question }, { metadata: { thread_id: thread } })
  response.json({ answer })
})
const server = app.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}.`))
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
