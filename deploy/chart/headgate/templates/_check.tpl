{{- /* Host of a public URL, without its port. */ -}}
{{- define "headgate.host" -}}
{{- (urlParse .).hostname -}}
{{- end -}}

{{- /* Refuses combinations of values that the schema cannot describe. */ -}}
{{- define "headgate.check" -}}
{{- $url := .Values.catalog.url -}}
{{- if not $url -}}
{{- fail "catalog.url is not set. Set it to the URL under which clients reach the catalog, for example https://catalog.example.com." -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.url) -}}
{{- fail "gateway.url is not set. Set it to the URL under which clients reach the storage gateway, for example https://s3.example.com, or set gateway.enabled to false." -}}
{{- end -}}
{{- if and (not .Values.gateway.enabled) .Values.gateway.url -}}
{{- fail "gateway.url is set, but gateway.enabled is false. Remove one of them." -}}
{{- end -}}
{{- if and .Values.database.existingSecret .Values.database.trial.enabled -}}
{{- fail "database.existingSecret and database.trial.enabled are both set. Keep one of them." -}}
{{- end -}}
{{- if not (or .Values.database.existingSecret .Values.database.trial.enabled) -}}
{{- fail "There is no database. Set database.existingSecret to a Secret with the connection string of a PostgreSQL, or database.trial.enabled to true for a trial." -}}
{{- end -}}
{{- if and .Values.masterKey.previous.existingSecret (eq (include "headgate.masterKeySecret" .) .Values.masterKey.previous.existingSecret) (eq .Values.masterKey.key .Values.masterKey.previous.key) -}}
{{- fail "masterKey and masterKey.previous are the same key of the same Secret. Name the Secret with the other key, or remove masterKey.previous." -}}
{{- end -}}
{{- if and .Values.ingress.enabled .Values.route.enabled -}}
{{- fail "ingress.enabled and route.enabled are both true. Keep one of them." -}}
{{- end -}}
{{- if and .Values.route.enabled (not .Values.route.parentRefs) -}}
{{- fail "route.parentRefs is empty. Add the Gateway that receives the requests of the clients." -}}
{{- end -}}
{{- if or .Values.ingress.enabled .Values.route.enabled -}}
{{- if not (has (urlParse $url).path (list "" "/")) -}}
{{- fail (printf "catalog.url %s has a path, which Ingress and HTTPRoute cannot remove. Use a separate host, or set ingress.enabled and route.enabled to false and configure the proxy yourself." $url) -}}
{{- end -}}
{{- if and .Values.gateway.enabled (eq (include "headgate.host" $url) (include "headgate.host" .Values.gateway.url)) -}}
{{- fail (printf "catalog.url and gateway.url have the same host %s. Signatures contain host and path, so the storage gateway needs a separate host." (include "headgate.host" $url)) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is larger than autoscaling.maxReplicas. Lower the first, or raise the second." -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not (dig "requests" "cpu" "" .Values.resources)) -}}
{{- fail "autoscaling.enabled needs resources.requests.cpu, because the target is a part of it. Set the request." -}}
{{- end -}}
{{- range .Values.env -}}
{{- if hasPrefix "HEADGATE_" .name -}}
{{- fail (printf "env contains %s. Set it in settings, or by the value of the chart with this purpose." .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
