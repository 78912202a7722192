import type { VNode } from 'preact'
import type { Issuer, ListIssuersResponse } from '../api/generated/management.ts'
import { useGet } from '../api/use-get.ts'
import { formatNumber, t } from '../text.ts'
import { Page } from '../ui/page.tsx'
import { Badge, Facts, Section, Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'

/** Shows the configured issuers, and the claims of their last token. */
export function IssuersPage(): VNode {
  const loaded = useGet<ListIssuersResponse>('management/v1/issuers')
  return (
    <Page
      title={t('Issuers')}
      icon="issuer"
      about={t('Identity providers whose tokens the server accepts. HEADGATE_ISSUERS configures them.')}
    >
      <Shown of={loaded}>
        {({ issuers }) =>
          issuers.length === 0 ? (
            <Empty title={t('No issuer is configured')}>
              {t('The server accepts only its own tokens and access keys.')}
            </Empty>
          ) : (
            <>
              {issuers.map((issuer) => (
                <IssuerSection key={issuer.issuer} issuer={issuer} />
              ))}
            </>
          )
        }
      </Shown>
    </Page>
  )
}

function IssuerSection({ issuer }: { readonly issuer: Issuer }): VNode {
  const { claims } = issuer
  return (
    <Section title={issuer.issuer}>
      <p class="badges">
        {issuer.signsInToConsole && <Badge tone="good">{t('signs in to the console')}</Badge>}
        {issuer.acceptsLogoutTokens && <Badge>{t('back-channel logout')}</Badge>}
        {issuer.introspection !== null && <Badge>{t('introspection')}</Badge>}
        {issuer.secondLeg !== null && (
          <Badge>{t('second exchange: {name}', { name: issuer.secondLeg })}</Badge>
        )}
        {!issuer.makesPrincipals && <Badge tone="warn">{t('creates no principals')}</Badge>}
      </p>
      <Facts
        of={[
          [t('Audience'), issuer.audiences.join(', ')],
          [t('Engines (azp)'), issuer.actors === null ? t('none') : issuer.actors.join(', ')],
          [t('Other clients (azp)'), issuer.clients === null ? t('all') : issuer.clients.join(', ')],
          [t('Algorithms'), issuer.algorithms.join(', ')],
          [t('Principals'), formatNumber(issuer.principals)],
          [
            t('Last sign-in'),
            issuer.lastLoginAt === null ? t('none') : <Time key="login" at={issuer.lastLoginAt} />,
          ],
        ]}
      />
      {claims === null ? (
        <p class="muted">{t('No token of this issuer was accepted yet.')}</p>
      ) : (
        <details>
          <summary>
            {t('Claims of the last token')} <Time at={claims.at} />
          </summary>
          <Facts
            of={Object.entries(claims.names).map(
              ([name, value]) => [name, <code key={name}>{value}</code>] as const,
            )}
          />
        </details>
      )}
    </Section>
  )
}
