/** Reads rows as they are stored: past the cache of answers, and with encrypted texts as they lie there. */
import type { Question } from './questions/question.ts'
import type { Runner } from './run.ts'

export async function readStored<Row>(
  runner: Pick<Runner, 'read'>,
  { name, sql, params }: Question<Row>,
): Promise<readonly Row[]> {
  return runner.read(async (client) => {
    const result = await client.query({
      query: `/* runlens: ${name} */\n${sql}`,
      query_params: params,
      format: 'JSONEachRow',
    })
    return result.json<Row>()
  })
}
