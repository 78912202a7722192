{{- /* Text of a setting. Helm reads numbers as floating-point numbers, which would be printed as 1.6777216e+07. */ -}}
{{- define "headgate.settingText" -}}
{{- if kindIs "float64" . -}}{{ int64 . }}{{- else -}}{{ toString . }}{{- end -}}
{{- end -}}

{{- define "headgate.env" -}}
- name: HEADGATE_HOST
  value: 0.0.0.0
- name: HEADGATE_PORT
  value: '8181'
- name: HEADGATE_PUBLIC_URL
  value: {{ .Values.catalog.url | quote }}
{{- if .Values.gateway.enabled }}
- name: HEADGATE_S3_PORT
  value: '8182'
- name: HEADGATE_S3_PUBLIC_URL
  value: {{ .Values.gateway.url | quote }}
- name: HEADGATE_S3_REGION
  value: {{ .Values.gateway.region | quote }}
{{- with .Values.gateway.hostSuffix }}
- name: HEADGATE_S3_HOST_SUFFIX
  value: {{ . | quote }}
{{- end }}
{{- end }}
- name: HEADGATE_DATABASE_URL
  valueFrom:
    secretKeyRef:
      {{- if .Values.database.trial.enabled }}
      name: {{ include "headgate.trialName" . }}
      key: url
      {{- else }}
      name: {{ .Values.database.existingSecret }}
      key: {{ .Values.database.key }}
      {{- end }}
- name: HEADGATE_DATABASE_POOL_SIZE
  value: {{ include "headgate.settingText" .Values.database.poolSize | quote }}
- name: HEADGATE_MASTER_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "headgate.masterKeySecret" . }}
      key: {{ .Values.masterKey.key }}
{{- with .Values.masterKey.previous }}
{{- if .existingSecret }}
- name: HEADGATE_MASTER_KEY_PREVIOUS
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .key }}
{{- end }}
{{- end }}
- name: HEADGATE_WORKERS
{{- if ne (toString .Values.workers) "auto" }}
  value: {{ include "headgate.settingText" .Values.workers | quote }}
{{- else if dig "limits" "cpu" "" .Values.resources }}
  # Kubernetes rounds the limit up to a whole number.
  valueFrom:
    resourceFieldRef:
      containerName: headgate
      resource: limits.cpu
      divisor: '1'
{{- else }}
  value: '1'
{{- end }}
- name: HEADGATE_SHUTDOWN_TIMEOUT_MS
  value: {{ mul (int64 .Values.shutdown.timeoutSeconds) 1000 | quote }}
{{- if .Values.sts.webIdentity.enabled }}
- name: HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE
  value: /var/run/secrets/headgate/sts/token
{{- end }}
{{- if .Values.tls.existingSecret }}
- name: HEADGATE_TLS_CERT_FILE
  value: /etc/headgate/tls/tls.crt
- name: HEADGATE_TLS_KEY_FILE
  value: /etc/headgate/tls/tls.key
{{- end }}
{{- if .Values.issuers }}
- name: HEADGATE_ISSUERS
  value: /etc/headgate/issuers/issuers.json
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ include "headgate.settingText" $value | quote }}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}
