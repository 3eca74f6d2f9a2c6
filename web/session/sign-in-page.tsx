/** Exchanges an API key for a session that scripts can't read; the key is not kept anywhere in the page. */
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ProblemError, sendJson } from '../api/fetch-json.ts'
import type { Problem } from '../api/types.ts'
import { Text } from '../parts/text.tsx'
import { useTitle } from '../parts/use-title.ts'
import { tellSignedOut } from './signed-out.ts'

export function SignInPage({ problem }: { problem: Problem }) {
  useTitle('Sign in')
  const client = useQueryClient()
  const [key, setKey] = useState('')
  const [isAsking, setIsAsking] = useState(false)
  const [refused, setRefused] = useState<Problem | null>(null)
  const signIn = async (event: FormEvent) => {
    event.preventDefault()
    setIsAsking(true)
    try {
      await sendJson('POST', '/api/v1/session', { key: key.trim() })
      // What was read before may be of somebody else.
      client.clear()
      tellSignedOut(null)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      setRefused(error.problem)
      setIsAsking(false)
    }
  }
  // A first visit has nothing to explain; a session that ended has.
  const shown = refused ?? (problem.code === 'unauthenticated' ? null : problem)
  return (
    <section className="notice sign-in">
      <h1>Sign in</h1>
      <p>
        This server shows executions to those who have a key. <code>runlens keys create</code> makes one.
      </p>
      <form onSubmit={signIn}>
        <label>
          API key{' '}
          <input
            type="password"
            name="key"
            value={key}
            autoComplete="current-password"
            spellCheck={false}
            maxLength={256}
            required
            onChange={(event) => setKey(event.target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={isAsking}>
          Sign in
        </button>
      </form>
      {shown && (
        <p role="alert" className="bad">
          {shown.title}: <Text value={shown.detail} />
        </p>
      )}
    </section>
  )
}
