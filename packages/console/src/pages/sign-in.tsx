import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { send, toError } from '../api/request.ts'
import { usePlace } from '../router.tsx'
import { t } from '../text.ts'
import { Field } from '../ui/dialog.tsx'
import { ErrorNote } from '../ui/states.tsx'

/** Issuer at which users sign in. */
export interface SignInIssuer {
  readonly issuer: string
  readonly label: string
}

interface SignInProps {
  readonly issuers: readonly SignInIssuer[]
  readonly onSignedIn: () => void
}

/** Offers the issuers of the server, and asks for a client id and secret. */
export function SignInPage({ issuers, onSignedIn }: SignInProps): VNode {
  useEffect(() => {
    document.title = t('Sign in · Headgate')
  }, [])
  return (
    <main class="sign-in">
      <div class="panel">
        <h1>{t('Sign in to Headgate')}</h1>
        <Failure />
        {issuers.map((issuer) => (
          <IssuerButton key={issuer.issuer} issuer={issuer} />
        ))}
        {issuers.length === 0 ? (
          <SecretForm onSignedIn={onSignedIn} />
        ) : (
          <details>
            <summary>{t('Sign in with a client secret')}</summary>
            <SecretForm onSignedIn={onSignedIn} />
          </details>
        )}
      </div>
    </main>
  )
}

const failures: Readonly<Record<string, string>> = {
  expired: t('The sign-in took too long, or began in another browser. Sign in again.'),
  refused: t(
    'The identity provider, or its token, was refused. The audit log of the server contains the reason.',
  ),
  unknown: t(
    'The server does not know you, and does not add users of this identity provider. Ask an administrator.',
  ),
  disabled: t('An administrator has disabled you.'),
  unavailable: t('The identity provider does not respond. Try again in a moment.'),
}

/** Explains why a sign-in at an issuer failed. The server leads the browser here with the kind of the failure. */
function Failure(): VNode | null {
  const { query } = usePlace()
  const failure = query.get('sign-in')
  if (failure === null) return null
  const request = query.get('request')
  return (
    <div class="note bad" role="alert">
      <p>{failures[failure] ?? failures['refused']}</p>
      {request !== null && /^[\w-]{1,64}$/.test(request) && (
        <p class="muted">{t('Request id in the audit log: {id}', { id: request })}</p>
      )}
    </div>
  )
}

/** Maximum length of a place to which the server returns after a sign-in. */
const maxPlaceLength = 1_024

function IssuerButton({ issuer: { issuer, label } }: { readonly issuer: SignInIssuer }): VNode {
  const { path, query } = usePlace()
  const [error, setError] = useState<Error | null>(null)
  const [isRunning, setRunning] = useState(false)
  const start = async (): Promise<void> => {
    setRunning(true)
    setError(null)
    try {
      const open = `${path}${query.size > 0 ? `?${query.toString()}` : ''}`
      const place = query.has('sign-in') || open.length > maxPlaceLength ? '/' : open
      const { url } = await send<{ readonly url: string }>('/sign-in', {
        method: 'POST',
        body: { issuer, place },
      })
      location.assign(url)
    } catch (problem) {
      setError(toError(problem))
      setRunning(false)
    }
  }
  return (
    <>
      <button type="button" class="primary wide" disabled={isRunning} onClick={() => void start()}>
        {t('Sign in with {name}', { name: label })}
      </button>
      {error !== null && <ErrorNote error={error} />}
    </>
  )
}

function SecretForm({ onSignedIn }: Pick<SignInProps, 'onSignedIn'>): VNode {
  const [clientId, setClientId] = useState('')
  const [clientSecret, setClientSecret] = useState('')
  const [error, setError] = useState<Error | null>(null)
  const [isRunning, setRunning] = useState(false)
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
    <form onSubmit={(event) => void submit(event)}>
      <p class="muted">
        {t('On the machine of the server, run')} <code>npx headgate console</code>
        {t(', which signs you in. Otherwise use the client id and secret of a principal.')}
      </p>
      <Field label={t('Client id')}>
        {(id) => (
          <input
            id={id}
            required
            autoComplete="username"
            spellcheck={false}
            value={clientId}
            onInput={(event) => setClientId(event.currentTarget.value)}
            onPaste={(event) => {
              // The file admin-credential contains id and secret in one line.
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
  )
}
