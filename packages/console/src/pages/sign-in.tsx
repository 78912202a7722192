import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { send, toError } from '../api/request.ts'
import { t } from '../text.ts'
import { Field } from '../ui/dialog.tsx'
import { ErrorNote } from '../ui/states.tsx'

/** Page that requests the client id and client secret of the user. */
export function SignInPage({ onSignedIn }: { readonly onSignedIn: () => void }): VNode {
  const [clientId, setClientId] = useState('')
  const [clientSecret, setClientSecret] = useState('')
  const [error, setError] = useState<Error | null>(null)
  const [isRunning, setRunning] = useState(false)
  useEffect(() => {
    document.title = t('Sign in · Headgate')
  }, [])
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setRunning(true)
    setError(null)
    try {
      await send('/session', { method: 'POST', body: { clientId, clientSecret } })
      onSignedIn()
    } catch (problem) {
      setError(toError(problem))
      setRunning(false)
    }
  }
  return (
    <main class="sign-in">
      <form class="panel" onSubmit={(event) => void submit(event)}>
        <h1>{t('Sign in to Headgate')}</h1>
        <p class="muted">
          {t('On the machine of the server, run')} <code>npx headgate console</code>
          {t(', which signs you in. Otherwise use the client id and secret of a principal.')}
        </p>
        <Field label={t('Client id')}>
          {(id) => (
            <input
              id={id}
              required
              autoFocus
              autoComplete="username"
              spellcheck={false}
              value={clientId}
              onInput={(event) => setClientId(event.currentTarget.value)}
              onPaste={(event) => {
                // The file `admin-credential` contains CLIENT_ID:CLIENT_SECRET in one line, which a user may paste
                // into the first input.
                const [, client, secret] =
                  /^([^:\s]+):(\S+)\s*$/.exec(event.clipboardData?.getData('text') ?? '') ?? []
                if (client === undefined || secret === undefined) return
                event.preventDefault()
                setClientId(client)
                setClientSecret(secret)
              }}
            />
          )}
        </Field>
        <Field
          label={t('Client secret')}
          hint={t('You can paste a whole credential, id:secret, into the first field.')}
        >
          {(id) => (
            <input
              id={id}
              type="password"
              required
              autoComplete="current-password"
              value={clientSecret}
              onInput={(event) => setClientSecret(event.currentTarget.value)}
            />
          )}
        </Field>
        {error !== null && <ErrorNote error={error} />}
        <button type="submit" class="primary" disabled={isRunning}>
          {isRunning ? t('Signing in…') : t('Sign in')}
        </button>
      </form>
    </main>
  )
}
