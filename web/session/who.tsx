/** Who is signed in, and the way out; nothing where the server asks nobody. */
import { useQueryClient } from '@tanstack/react-query'
import { sendJson } from '../api/fetch-json.ts'
import { useSession } from '../api/queries.ts'
import { Text } from '../parts/text.tsx'
import { tellSignedOut } from './signed-out.ts'

export function Who() {
  const client = useQueryClient()
  const { data } = useSession()
  if (data?.authentication !== 'session') return null
  const signOut = async () => {
    await sendJson('DELETE', '/api/v1/session')
    client.clear()
    tellSignedOut({ title: 'Signed out', status: 401, detail: '', code: 'unauthenticated', request_id: '' })
  }
  return (
    <span className="who">
      <span className="muted">
        <Text value={data.user_id ?? data.role} /> · <Text value={data.tenant} />
      </span>
      <button type="button" className="button" onClick={signOut}>
        Sign out
      </button>
    </span>
  )
}
