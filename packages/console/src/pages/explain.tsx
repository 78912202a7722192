import type { VNode } from 'preact'
import type { AccessExplanation, AccessReason, SecurableName } from '../api/generated/management.ts'
import { request, toError } from '../api/request.ts'
import { useEffect, useState } from 'preact/hooks'
import { navigate, place, usePlace } from '../router.tsx'
import { t } from '../text.ts'
import { Field } from '../ui/dialog.tsx'
import { Page } from '../ui/page.tsx'
import { Badge, Section } from '../ui/small.tsx'
import { ErrorNote, Skeleton } from '../ui/states.tsx'
import { TextField } from '../ui/text-field.tsx'
import { Restricted } from './restricted.tsx'
import { nameGrantee, nameObject, parseObject, privileges, toQuery } from './securable.ts'

interface Question {
  readonly principal: string
  readonly engine: string
  readonly privilege: string
  readonly on: SecurableName
}

/** Page that answers whether a principal has a privilege on an object, and explains the decision. */
export function ExplainPage(): VNode {
  const { query } = usePlace()
  const question = readQuestion(query)
  return (
    <Page
      title={t('Why?')}
      icon="explain"
      about={t('Whether a principal may use an object, which grant decides, and who can change it.')}
    >
      <QuestionForm key={query.toString()} question={question} />
      {question !== null && <Answer key={JSON.stringify(question)} question={question} />}
    </Page>
  )
}

function readQuestion(query: URLSearchParams): Question | null {
  const privilege = query.get('privilege')
  if (privilege === null) return null
  const warehouse = query.get('warehouse')
  const namespace = query.getAll('namespace')
  const relation = query.get('relation')
  const on =
    warehouse === null
      ? 'server'
      : {
          warehouse,
          ...(namespace.length === 0 ? {} : { namespace }),
          ...(relation === null ? {} : { relation }),
        }
  return { principal: query.get('principal') ?? '', engine: query.get('engine') ?? '', privilege, on }
}

function QuestionForm({ question }: { readonly question: Question | null }): VNode {
  const [principal, setPrincipal] = useState(question?.principal ?? '')
  const [engine, setEngine] = useState(question?.engine ?? '')
  const [privilege, setPrivilege] = useState(question?.privilege ?? 'select')
  const [object, setObject] = useState(
    question === null || question.on === 'server' ? '' : nameObject(question.on),
  )
  const submit = (event: Event): void => {
    event.preventDefault()
    const text = place`/explain?principal=${principal}&engine=${engine}&privilege=${privilege}&`
    navigate(text + toQuery(parseObject(object)))
  }
  return (
    <form class="filters" onSubmit={submit}>
      <TextField label={t('Principal')} value={principal} placeholder={t('you')} onInput={setPrincipal} />
      <TextField label={t('Through engine')} value={engine} placeholder={t('none')} onInput={setEngine} />
      <Field label={t('Privilege')}>
        {(id) => (
          <select id={id} value={privilege} onChange={(event) => setPrivilege(event.currentTarget.value)}>
            {privileges.map(([name]) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      <TextField
        label={t('Object')}
        class="wide"
        value={object}
        placeholder={t('warehouse:namespace.table, or empty for the server')}
        onInput={setObject}
      />
      <button type="submit" class="primary">
        {t('Explain')}
      </button>
    </form>
  )
}

function Answer({ question }: { readonly question: Question }): VNode {
  const [answer, setAnswer] = useState<AccessExplanation | Error | null>(null)
  useEffect(() => {
    const { principal, engine, privilege, on } = question
    const body = {
      privilege,
      on,
      ...(principal === '' ? {} : { principal }),
      ...(engine === '' ? {} : { engine }),
    }
    request<AccessExplanation>('management/v1/access/explain', { method: 'POST', body }).then(
      setAnswer,
      (error: unknown) => setAnswer(toError(error)),
    )
  }, [])
  if (answer === null) return <Skeleton lines={4} />
  return answer instanceof Error ? <ErrorNote error={answer} /> : <Explanation of={answer} />
}

/**
 * Shows the explanation of an access decision: a sentence, the deciding grant, the rights on the object and on each
 * object above it, and who can change them.
 */
export function Explanation({ of }: { readonly of: AccessExplanation }): VNode {
  const isAllowed = of.outcome === 'allow'
  const values = {
    name: of.principal.name,
    privilege: of.privilege,
    object: nameObject(of.on),
    engine: of.engine === null ? '' : t(' through {name}', { name: of.engine.name }),
  }
  return (
    <>
      <div class={isAllowed ? 'note good' : 'note bad'} role="status">
        <p class="verdict">
          {isAllowed
            ? t('{name} may {privilege} {object}{engine}.', values)
            : t('{name} may not {privilege} {object}{engine}.', values)}
        </p>
        <p>{isAllowed && of.deciding !== null ? describeReason(of.deciding) : describeRefusal(of)}</p>
      </div>
      <Section title={t('Along the path')}>
        <ol class="chain">
          {of.chain.map(({ id, kind, name, owner, reasons }) => (
            <li key={id}>
              <span class="strong">{name}</span> <span class="muted">{kind}</span>
              {owner !== null && <span class="muted"> · {t('owned by {name}', { name: owner.name })}</span>}
              <ul class="lines">
                {reasons.map((reason, index) => (
                  <li key={index}>
                    <Badge>{reason.privilege}</Badge> {describeReason(reason)}
                    <Restricted to={reason.restriction} />
                  </li>
                ))}
                {reasons.length === 0 && <li class="muted">{t('no grant for this principal')}</li>}
              </ul>
            </li>
          ))}
        </ol>
      </Section>
      {!isAllowed && of.managers.length > 0 && (
        <Section title={t('Principals that can grant it')}>
          <ul class="lines">
            {of.managers.map((manager) => (
              <li key={manager.id + manager.on}>
                <span class="strong">{nameGrantee(manager)}</span>{' '}
                <span class="muted">
                  {t('{kind}, manages {object}', { kind: manager.kind, object: manager.on })}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

function describeReason({ because, to, on, privilege, through }: AccessReason): string {
  if (because === 'owner') return t('{name} owns {object}.', { name: nameGrantee(to), object: on.name })
  const path = through.length === 0 ? '' : t(', through {names}', { names: through.join(' → ') })
  return t('{privilege} on {object} was granted to {name}{path}.', {
    privilege,
    object: on.name,
    name: nameGrantee(to),
    path,
  })
}

function describeRefusal({
  shutOut,
  limitedBy,
  forbiddenBy,
  mustBeProven,
  privilege,
}: AccessExplanation): string {
  if (shutOut === 'principal') return t('The principal is disabled.')
  if (shutOut === 'engine') return t('The engine is disabled or not registered.')
  if (shutOut === 'subject') return t('The entry of the engine does not allow it to act for this principal.')
  if (limitedBy !== null) return t('The limits of the engine refuse it: {limit}.', { limit: limitedBy })
  if (forbiddenBy !== null && forbiddenBy.length > 0)
    return t('A policy forbids it: {names}.', { names: forbiddenBy.join(', ') })
  if (mustBeProven) return t('The engine must present a token of the principal.')
  return t('There is no grant of {privilege} on the object or above it.', { privilege })
}
