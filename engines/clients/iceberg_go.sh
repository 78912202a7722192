go install github.com/apache/iceberg-go/cmd/iceberg@v0.7.0
catalog="--uri http://127.0.0.1:8181 --warehouse lakehouse --credential $HEADGATE_CREDENTIAL"
iceberg $catalog list sales
iceberg $catalog describe sales.orders
iceberg $catalog files sales.orders
