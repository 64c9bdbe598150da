/**
 * Well-known distributions of PyPI, roughly best known first by our own judgement: written down from general knowledge,
 * not taken from a published ranking; a name that a published ranking of the 15,000 most downloaded (GuardDog's, of June
 * 2026) does not have was struck out, because a name on this list counts as long known. The compilation is ours (Apache-2.0), of November 2026. An operator's own list
 * (`COUNTERSIGN_POPULAR_PYPI`, made by `node tools/popular-list.ts`) takes its place.
 */
const NAMES = `
requests urllib3 numpy pandas boto3 botocore setuptools pip certifi idna charset-normalizer python-dateutil six typing-extensions packaging pyyaml
s3transfer wheel cryptography jmespath cffi pycparser rsa pyasn1 pyasn1-modules attrs click jinja2 markupsafe importlib-metadata zipp colorama pytz
awscli aiohttp yarl multidict frozenlist aiosignal async-timeout protobuf grpcio google-api-core google-auth googleapis-common-protos pydantic
pydantic-core annotated-types scipy matplotlib scikit-learn sklearn pillow tensorflow torch pytorch torchvision torchaudio keras transformers tokenizers
huggingface-hub datasets
accelerate safetensors sentencepiece openai anthropic langchain langchain-core langchain-community langsmith llama-index tiktoken cohere mistralai groq
ollama litellm
chromadb pinecone-client faiss-cpu sentence-transformers vllm diffusers peft bitsandbytes flask django fastapi starlette uvicorn gunicorn werkzeug
itsdangerous blinker httpx httpcore h11 h2 anyio sniffio websockets websocket-client sqlalchemy alembic psycopg2 psycopg2-binary psycopg pymysql
mysqlclient mysql-connector-python pymongo motor redis celery kombu billiard vine amqp pytest pytest-cov pytest-mock pytest-asyncio pytest-xdist
pytest-django coverage tox nox hypothesis mock faker factory-boy responses black flake8 pylint mypy isort ruff bandit pycodestyle pyflakes mccabe
autopep8 yapf pre-commit virtualenv pipenv poetry poetry-core uv hatch hatchling flit flit-core build twine setuptools-scm pip-tools pipx platformdirs
filelock distlib cachetools tomli tomlkit toml tomli-w iniconfig pluggy beautifulsoup4 bs4 lxml html5lib soupsieve selenium scrapy playwright mechanize
parsel cssselect w3lib twisted zope-interface requests-oauthlib oauthlib requests-toolbelt requests-cache requests-mock httplib2 aiofiles aioconsole
aiobotocore aioredis aiosqlite asyncpg uvloop gevent greenlet eventlet tornado pyjwt bcrypt passlib paramiko pynacl python-jose pyopenssl oscrypto
argon2-cffi python-dotenv environs dynaconf pydantic-settings jsonschema referencing rpds-py simplejson orjson ujson msgpack pyarrow fastparquet h5py
tables openpyxl xlrd xlsxwriter python-docx python-pptx pypdf pypdf2 pdfminer-six pymupdf reportlab weasyprint fpdf markdown docutils sphinx mkdocs
mkdocs-material nbconvert jupyter jupyterlab notebook ipython ipykernel ipywidgets nbformat traitlets pyzmq jupyter-client jupyter-core jupyter-server
seaborn plotly bokeh altair dash streamlit gradio networkx sympy statsmodels xgboost lightgbm catboost shap optuna mlflow wandb tensorboard
opencv-python opencv-python-headless opencv-contrib-python scikit-image imageio imageio-ffmpeg ffmpeg ffmpeg-python moviepy pydub librosa soundfile
spacy nltk gensim textblob fasttext polyglot langdetect jieba ftfy unidecode regex rapidfuzz fuzzywuzzy levenshtein python-levenshtein thefuzz tqdm
rich typer click-plugins docopt fire prompt-toolkit wcwidth pygments tabulate prettytable termcolor colorlog colour loguru structlog psutil watchdog
watchfiles schedule apscheduler croniter python-crontab supervisor fabric invoke ansible ansible-core salt docker kubernetes azure-core azure-identity
azure-storage-blob azure-common msal msrest google-cloud-storage google-cloud-bigquery google-cloud-core google-auth-oauthlib google-api-python-client
google-cloud-aiplatform firebase-admin boto moto localstack aws-sam-cli aws-cdk-lib constructs s3fs gcsfs fsspec adlfs pyspark apache-airflow dask
distributed ray luigi prefect dagster dbt-core great-expectations duckdb polars snowflake-connector-python databricks-sdk graphene strawberry-graphql
ariadne graphql-core djangorestframework django-cors-headers django-filter django-debug-toolbar django-environ django-redis django-allauth
django-extensions django-storages whitenoise channels daphne flask-cors flask-sqlalchemy flask-login flask-wtf flask-migrate flask-restful
flask-jwt-extended wtforms marshmallow marshmallow-sqlalchemy peewee pony tortoise-orm sqlmodel mongoengine beanie elasticsearch opensearch-py pika
kafka-python confluent-kafka nats-py paho-mqtt pyserial pyusb bleak smbus rpi-gpio stripe twilio sendgrid slack-sdk slackclient discord-py
python-telegram-bot telethon pyrogram tweepy praw pygithub python-gitlab gitpython jira atlassian-python-api notion-client sentry-sdk ddtrace datadog
newrelic prometheus-client statsd opentelemetry-api opentelemetry-sdk opentelemetry-exporter-otlp opentelemetry-proto
opentelemetry-semantic-conventions opentelemetry-instrumentation web3 eth-account eth-utils eth-abi ccxt python-binance yfinance alpaca-trade-api
pygame pyglet arcade kivy pyside6 pyqt5 pyqt6 wxpython pysimplegui pyautogui pynput keyboard mouse pyperclip pywin32 pyinstaller cx-freeze nuitka
python-nmap scapy impacket pwntools shodan requests-html fake-useragent cloudscraper undetected-chromedriver cython numba pybind11 llvmlite cmake
ninja meson meson-python scikit-build maturin setuptools-rust swig pyyaml-env-tag ruamel-yaml ruamel-yaml-clib oyaml xmltodict dicttoxml defusedxml
untangle lxml-html-clean jsonpath-ng jsonpatch jsonpointer deepdiff dacite cattrs dataclasses dataclasses-json more-itertools toolz cytoolz funcy
boltons sortedcontainers bidict frozendict pendulum arrow dateparser humanize babel tzdata tzlocal pytz-deprecation-shim isodate iso8601 holidays
python-slugify inflect inflection zstandard lz4 python-snappy brotli pyzipper py7zr rarfile blosc geopandas shapely fiona pyproj rasterio folium geopy
cartopy osmnx biopython rdkit ase openmm mdanalysis nibabel pydicom simpleitk monai gym gymnasium stable-baselines3 ultralytics mmcv timm kornia
albumentations onnx onnxruntime tensorflow-cpu tensorflow-hub tensorflow-datasets tf-keras keras-applications jax jaxlib flax optax triton xformers
deepspeed fairseq pytorch-lightning lightning lightning-utilities torchmetrics einops evaluate sacrebleu rouge-score jiwer openai-whisper whisper
instructor autogen crewai semantic-kernel haystack-ai dspy futures enum34 pathlib pathlib2 typing functools32 contextlib2 configparser argparse
subprocess32 simple-salesforce zeep suds suds-jurko hvac python-consul etcd3 kazoo exceptiongroup tenacity retry retrying backoff pybreaker ratelimit
limits diskcache joblib cloudpickle dill pickleshare portalocker secretstorage keyring jeepney keyrings-alt importlib-resources backports-zoneinfo
backports-tarfile jaraco-classes jaraco-functools jaraco-context markdown-it-py mdurl mdit-py-plugins linkify-it-py mistune commonmark snowballstemmer
alabaster imagesize sphinx-rtd-theme sqlparse asgiref aiohappyeyeballs propcache et-xmlfile pyparsing contourpy cycler fonttools kiwisolver
threadpoolctl mpmath nest-asyncio websocket cx-oracle oracledb pyodbc pymssql clickhouse-driver cassandra-driver neo4j influxdb influxdb-client
gspread pyairtable dropbox boxsdk minio spotipy youtube-dl yt-dlp pytube instaloader email-validator dnspython phonenumbers pycountry validators
tldextract publicsuffix2 ipaddress netaddr ipython-genutils pexpect ptyprocess zope-event zope-component pyramid bottle falcon sanic quart hug
cherrypy aiohttp-cors aiohttp-jinja2 fastapi-users slowapi pyfiglet art emoji pyttsx3 speechrecognition gtts pyaudio sounddevice mutagen
virtualenvwrapper pdm cookiecutter copier jinja2-time semver versioneer bump2version bumpversion commitizen python-semantic-release mypy-extensions
types-requests types-pyyaml types-python-dateutil types-setuptools types-six pyright pyre-check hiredis fakeredis rq dramatiq huey arq taskiq flower
celery-redbeat zeroconf scp netmiko napalm nornir pysnmp ldap3 python-ldap pykerberos requests-kerberos requests-ntlm requests-aws4auth
openapi-spec-validator connexion apispec flasgger drf-yasg drf-spectacular swagger-ui-bundle unittest2 nose nose2 pytest-html pytest-timeout
pytest-rerunfailures pytest-benchmark allure-pytest behave robotframework locust vcrpy freezegun time-machine parameterized testfixtures pyfakefs
syrupy json5 chardet parse pypika pypandoc pyopengl jsonpath markitdown markdown2 tensorboardx python-box httpx-sse datasette sqlite-utils ua-parser
matplotlib-inline google googletrans google-search-results pycrypto pycryptodome pycryptodomex ecdsa coincurve base58 mnemonic pysha3 bip32 hdwallet
tronpy xrpl-py stellar-sdk graphviz pydot pygraphviz python-igraph smart-open pyhive thrift mediapipe easyocr pytesseract pyzbar qrcode jiter parso
authlib ijson psycopg-binary wand gpytorch scanpy simpy bpython grequests fastai faiss-gpu azure-cosmos pydantic-ai ta-lib tabula-py elasticsearch8
tensorflowjs pypyodbc pywin32-ctypes datadogpy future colorful blessed urwid textual solana
google-cloud-pubsub google-cloud-logging google-cloud-secret-manager
google-cloud-bigquery-storage google-cloud-firestore google-cloud-datastore google-cloud-spanner google-cloud-bigtable google-cloud-kms
google-cloud-monitoring google-cloud-tasks google-cloud-translate google-cloud-vision google-cloud-speech google-cloud-texttospeech
google-cloud-language google-cloud-dataproc google-cloud-container google-cloud-compute google-cloud-run google-cloud-build google-cloud-dlp
google-cloud-appengine-logging google-cloud-audit-log google-cloud-resource-manager google-cloud-videointelligence google-cloud-trace
google-cloud-redis google-cloud-workflows google-auth-httplib2 google-crc32c google-resumable-media google-genai google-generativeai
google-ai-generativelanguage google-ads google-pasta google-cloud-automl grpcio-status grpcio-tools grpcio-health-checking grpcio-reflection
grpc-google-iam-v1 proto-plus pandas-gbq gcloud-aio-storage azure-storage-file-datalake azure-storage-queue azure-storage-file-share azure-keyvault
azure-keyvault-secrets azure-keyvault-keys azure-keyvault-certificates azure-mgmt-core azure-mgmt-resource azure-mgmt-compute azure-mgmt-network
azure-mgmt-storage azure-mgmt-keyvault azure-mgmt-containerservice azure-mgmt-containerregistry azure-mgmt-sql azure-mgmt-web azure-mgmt-monitor
azure-mgmt-authorization azure-mgmt-cosmosdb azure-mgmt-datafactory azure-mgmt-dns azure-mgmt-msi azure-mgmt-rdbms azure-mgmt-redis azure-eventhub
azure-servicebus azure-eventgrid azure-data-tables azure-ai-ml azure-ai-documentintelligence azure-ai-inference azure-ai-projects
azure-ai-formrecognizer azure-ai-textanalytics azure-search-documents azure-monitor-query azure-monitor-opentelemetry
azure-monitor-opentelemetry-exporter azure-appconfiguration azure-cli azure-cli-core azure-devops azure-functions azure-graphrbac
azure-synapse-artifacts azure-batch azure-cognitiveservices-speech azure-communication-email azure-containerregistry azure-datalake-store
azure-kusto-data azure-kusto-ingest applicationinsights opencensus opencensus-ext-azure msal-extensions msgraph-sdk msgraph-core adal knack
boto3-stubs botocore-stubs types-boto3 types-s3transfer types-awscrt mypy-boto3-s3 mypy-boto3-ec2 mypy-boto3-dynamodb mypy-boto3-lambda mypy-boto3-sqs
mypy-boto3-rds mypy-boto3-cloudformation awscrt aws-xray-sdk aws-lambda-powertools aws-sam-translator aws-requests-auth aws-secretsmanager-caching
awswrangler amazon-ion s3path sagemaker sagemaker-core redshift-connector pyathena aws-cdk-asset-awscli-v1 aws-cdk-cloud-assembly-schema
aws-encryption-sdk chalice cfn-lint troposphere zappa warrant pycognito opensearch-dsl types-certifi types-chardet types-click types-docutils
types-html5lib types-jsonschema types-markdown types-mock types-paramiko types-protobuf types-psutil types-psycopg2 types-pymysql types-pytz
types-redis types-simplejson types-tabulate types-toml types-tqdm types-ujson types-urllib3 types-cachetools types-cffi types-pyopenssl types-jmespath
types-beautifulsoup4 types-aiofiles types-python-slugify pandas-stubs django-stubs django-stubs-ext djangorestframework-stubs lxml-stubs
sqlalchemy-stubs sqlalchemy2-stubs pyproject-hooks pyproject-api installer editables trove-classifiers validate-pyproject
apache-airflow-providers-amazon apache-airflow-providers-google apache-airflow-providers-http apache-airflow-providers-sqlite
apache-airflow-providers-ftp apache-airflow-providers-imap apache-airflow-providers-postgres apache-airflow-providers-common-sql
apache-airflow-providers-slack apache-airflow-providers-ssh apache-airflow-providers-snowflake apache-airflow-providers-databricks
apache-airflow-providers-mysql apache-airflow-providers-docker apache-airflow-providers-celery apache-airflow-providers-cncf-kubernetes
apache-airflow-providers-microsoft-azure apache-airflow-providers-sftp apache-airflow-providers-smtp apache-beam apache-flink apache-superset
apache-sedona astronomer-cosmos dbt-adapters dbt-common dbt-extractor dbt-postgres dbt-redshift dbt-snowflake dbt-bigquery dbt-spark dbt-databricks
dbt-semantic-interfaces dbt-duckdb databricks-cli databricks-sql-connector databricks-connect databricks-vectorsearch delta-spark deltalake pyiceberg
koalas findspark snowflake-sqlalchemy snowflake-snowpark-python snowflake-core sqlalchemy-utils sqlalchemy-bigquery sqlalchemy-redshift
sqlalchemy-spanner flask-babel flask-caching flask-limiter flask-mail flask-marshmallow flask-session flask-socketio flask-appbuilder flask-admin
flask-bcrypt flask-security flask-restx flask-compress flask-httpauth flask-talisman flask-testing flask-script flask-principal flask-openid
flask-oauthlib flask-smorest flask-dance flask-assets flask-debugtoolbar flask-bootstrap django-crispy-forms django-celery-beat django-celery-results
django-import-export django-model-utils django-mptt django-oauth-toolkit django-otp django-phonenumber-field django-prometheus django-rest-auth
django-ratelimit django-silk django-simple-history django-taggit django-tables2 django-timezone-field django-treebeard django-waffle
django-webpack-loader django-widget-tweaks django-admin-sortable2 django-appconf django-axes django-ckeditor django-compressor django-constance
django-csp django-countries django-guardian django-health-check django-js-asset django-modelcluster django-picklefield django-polymorphic django-ninja
django-auditlog django-cacheops django-select2 djangorestframework-simplejwt djangorestframework-jwt djangorestframework-camel-case drf-nested-routers
drf-extensions drf-spectacular-sidecar wagtail dj-database-url dj-rest-auth channels-redis psycopg-pool psycopg-c pytest-metadata pytest-forked
pytest-runner pytest-randomly pytest-order pytest-ordering pytest-sugar pytest-subtests pytest-split pytest-socket pytest-retry pytest-repeat
pytest-playwright pytest-base-url pytest-bdd pytest-flask pytest-freezegun pytest-httpserver pytest-httpx pytest-instafail pytest-json-report
pytest-localserver pytest-aiohttp pytest-asyncio-cooperative pytest-docker pytest-dependency pytest-github-actions-annotate-failures
pytest-homeassistant-custom-component pytest-icdiff pytest-lazy-fixture pytest-mypy pytest-picked pytest-profiling pytest-postgresql pytest-selenium
pytest-snapshot pytest-testmon pytest-tornado pytest-variables pytest-watch pytest-xprocess pytest-azurepipelines pytest-check pytest-clarity
pytest-console-scripts pytest-datadir pytest-recording pytest-regressions pytest-rich pytest-vcr pytest-custom-exit-code pytest-html-reporter
pytest-flakes pytest-flake8 pytest-black pytest-isort flake8-bugbear flake8-builtins flake8-comprehensions flake8-docstrings flake8-import-order
flake8-isort flake8-black flake8-quotes flake8-print flake8-simplify flake8-annotations flake8-polyfill flake8-pyproject pep8-naming pep8 pydocstyle
pylint-django pylint-plugin-utils pylint-pydantic astroid gitdb smmap gitdb2 nodeenv cfgv identify pyupgrade autoflake docformatter interrogate
vulture radon xenon safety pip-audit pip-licenses pipdeptree pip-api pip-requirements-parser cyclonedx-python-lib cyclonedx-bom detect-secrets semgrep
checkov bc-python-hcl2 python-hcl2 ansible-lint ansible-compat ansible-runner molecule yamllint jsonnet kubernetes-asyncio openshift docker-pycreds
dockerfile-parse docker-compose python-on-whales testcontainers podman jupyter-console jupyter-events jupyter-server-terminals jupyterlab-pygments
jupyterlab-server jupyterlab-widgets jupyter-kernel-gateway jupyterhub nbclient notebook-shim papermill voila ipyleaflet ipympl qtconsole qtpy spyder
widgetsnbextension terminado send2trash bleach pandocfilters testpath tinycss2 webcolors webencodings fastjsonschema fqdn isoduration uri-template
rfc3339-validator rfc3986 rfc3986-validator rfc3987 overrides python-json-logger argon2-cffi-bindings stack-data executing asttokens pure-eval jedi
backcall decorator comm debugpy appnope matplotlib-venn plotnine vega-datasets holoviews hvplot panel param datashader colorcet pyct bqplot pygal
chart-studio kaleido dash-bootstrap-components dash-core-components dash-html-components dash-table jupyter-dash streamlit-aggrid
streamlit-option-menu streamlit-extras streamlit-folium nicegui reflex flet solara pywebview scikit-optimize scikit-plot scikit-surprise
scikit-posthocs scikit-survival scikit-build-core scikit-network scikit-fuzzy imbalanced-learn category-encoders feature-engine featuretools tsfresh
prophet pmdarima statsforecast neuralforecast darts gluonts sktime tslearn pystan cmdstanpy pymc pymc3 arviz theano pytensor emcee hyperopt nevergrad
bayesian-optimization optuna-integration ax-platform botorch pyro-ppl pyro-api numpyro tensorflow-probability tensorflow-estimator tensorflow-text
tensorflow-addons tensorflow-io tensorflow-io-gcs-filesystem tensorflow-metadata tensorflow-model-optimization tensorflow-serving-api tensorflow-macos
tensorflow-intel tf2onnx tflite-runtime tf-slim tb-nightly tf-nightly ml-dtypes keras-preprocessing keras-tuner keras-nlp gast astunparse opt-einsum
flatbuffers libclang namex optree absl-py torchtext torchdata torchsde torchdiffeq torchinfo torchsummary torchrl torch-geometric torch-scatter
pytorch-metric-learning pytorch-forecasting pytorch-ignite pytorch-tabnet fastprogress fastdownload segmentation-models-pytorch efficientnet-pytorch
pretrainedmodels open-clip-torch clip-anytorch lpips pytorch-msssim pytorch-fid facenet-pytorch nvidia-cublas-cu12 nvidia-cuda-cupti-cu12
nvidia-cuda-nvrtc-cu12 nvidia-cuda-runtime-cu12 nvidia-cudnn-cu12 nvidia-cufft-cu12 nvidia-curand-cu12 nvidia-cusolver-cu12 nvidia-cusparse-cu12
nvidia-nccl-cu12 nvidia-nvjitlink-cu12 nvidia-nvtx-cu12 nvidia-ml-py nvidia-ml-py3 pynvml nvitop gpustat cupy-cuda12x pycuda pyopencl numexpr
bottleneck langchain-openai langchain-anthropic langchain-google-genai langchain-google-vertexai langchain-aws langchain-text-splitters
langchain-experimental langchain-huggingface langchain-ollama langchain-chroma langchain-mistralai langchain-groq langchain-postgres langgraph
langgraph-checkpoint langgraph-sdk langgraph-prebuilt langchainhub langfuse llama-index-core llama-index-llms-openai llama-index-embeddings-openai
llama-index-readers-file llama-index-cli llama-cloud llama-parse llama-cpp-python ctransformers autogen-agentchat pyautogen autogen-core autogen-ext
openai-agents smolagents pydantic-graph crewai-tools fastmcp mcp ag2 agno phidata dspy-ai guardrails-ai nemoguardrails promptflow semantic-router
farm-haystack mem0ai qdrant-client weaviate-client pymilvus lancedb chroma-hnswlib hnswlib annoy usearch pgvector pinecone voyageai replicate together
fireworks-ai optimum auto-gptq flash-attn setfit trl unsloth hf-transfer hf-xet rouge sacremoses pyarrow-hotfix xxhash multiprocess unstructured
unstructured-client unstructured-inference pdfplumber pypdfium2 pdf2image pikepdf pypdf4 camelot-py docx2txt docx2pdf docxtpl python-magic
python-magic-bin filetype puremagic textract olefile extract-msg msoffcrypto-tool xlwings xlwt xlutils pyxlsb pyexcel pyexcel-io pyexcel-xlsx odfpy
ebooklib html2text markdownify trafilatura readability-lxml newspaper3k newspaper4k goose3 justext courlan htmldate feedparser feedgen selenium-wire
seleniumbase webdriver-manager chromedriver-autoinstaller chromedriver-binary splinter pyppeteer playwright-stealth scrapy-splash itemadapter
itemloaders queuelib protego pydispatcher crawlee crawl4ai firecrawl-py apify-client duckduckgo-search tavily-python wikipedia wikipedia-api serpapi
curl-cffi tls-client primp aiohttp-retry aiohttp-socks aiohttp-client-cache aiohttp-session aiodns aiomysql aiopg aiokafka aio-pika aiormq aiosmtplib
aioboto3 aioitertools aioquic aiortc aiogram aiocache aiostream asyncssh asyncio-mqtt async-lru async-generator async-property asgi-lifespan
asgi-correlation-id hypercorn granian uwsgi waitress gevent-websocket python-socketio python-engineio simple-websocket wsproto httptools fastapi-cli
fastapi-pagination fastapi-utils fastapi-cache2 fastapi-mail fastapi-limiter fastapi-cloud-cli sqladmin starlette-exporter starlette-context
prometheus-fastapi-instrumentator uvicorn-worker python-multipart pydantic-extra-types pydantic-yaml pydantic-factories polyfactory
strawberry-graphql-django gql graphene-django graphene-sqlalchemy sgqlc opentelemetry-exporter-otlp-proto-grpc opentelemetry-exporter-otlp-proto-http
opentelemetry-exporter-otlp-proto-common opentelemetry-exporter-prometheus opentelemetry-exporter-jaeger opentelemetry-instrumentation-fastapi
opentelemetry-instrumentation-requests opentelemetry-instrumentation-asgi opentelemetry-instrumentation-flask opentelemetry-instrumentation-django
opentelemetry-instrumentation-sqlalchemy opentelemetry-instrumentation-logging opentelemetry-instrumentation-urllib3
opentelemetry-instrumentation-httpx opentelemetry-instrumentation-redis opentelemetry-instrumentation-psycopg2 opentelemetry-instrumentation-botocore
opentelemetry-instrumentation-wsgi opentelemetry-util-http opentelemetry-distro opentelemetry-propagator-b3 openinference-instrumentation
sentry-protos raven logbook python-logstash graypy ecs-logging watchtower coloredlogs humanfriendly verboselogs rich-click rich-argparse typer-slim
typer-cli shellingham cyclopts cleo crashtest pastel plumbum sh click-option-group click-default-group click-repl click-didyoumean cloup asyncclick
argcomplete configargparse argh plac docopt-ng inquirer inquirerpy questionary pick simple-term-menu blessings readchar alive-progress progressbar
progressbar2 progress halo yaspin enlighten oslo-config oslo-utils oslo-serialization oslo-i18n oslo-log oslo-context oslo-concurrency oslo-messaging
oslo-db oslo-service oslo-policy keystoneauth1 python-keystoneclient python-novaclient python-glanceclient python-cinderclient python-neutronclient
python-swiftclient python-openstackclient openstacksdk os-service-types stevedore pbr debtcollector warlock cliff osc-lib pyjwt-key-fetcher jwcrypto
josepy python-jwt joserfc pyotp onetimepass fido2 webauthn social-auth-core social-auth-app-django python-social-auth python3-openid python3-saml
pysaml2 signxml xmlsec minikerberos gssapi kerberos pyspnego requests-gssapi requests-negotiate-sspi certbot acme certvalidator asn1crypto pgpy
python-gnupg gnupg tink python-keycloak okta auth0-python supabase postgrest gotrue realtime storage3 supafunc pyrebase4 paypalrestsdk braintree
shopifyapi woocommerce plaid-python xero-python hubspot-api-client mailchimp-marketing mailjet-rest postmarker python-http-client starkbank-ecdsa
messagebird vonage plivo pusher pywebpush py-vapid zenpy asana todoist-api-python slack-bolt slackeventsapi discord-webhook nextcord py-cord hikari
line-bot-sdk matrix-nio mattermostdriver rocketchat-api requests-futures requests-file requests-unixsocket requests-aws-sign requests-pkcs12
requests-ratelimiter requests-hawk requests-sse httpie http-ece hpack hyperframe niquests urllib3-future treq uplink furl purl hyperlink url-normalize
idna-ssl tld publicsuffixlist validator-collection cerberus voluptuous schema schematics colander jsonschema-specifications jsonschema-path jsonmerge
jsondiff genson pyhumps stringcase python-benedict glom dotmap munch addict easydict attrdict pyyaml-include strictyaml ruyaml hiyapyco omegaconf
hydra-core antlr4-python3-runtime gin-config ml-collections confuse everett python-decouple envparse pyhocon configobj anyconfig django-celery
redis-py-cluster redis-om redlock-py walrus pottery dogpile-cache beaker cachecontrol cachelib cashews python-memcached pymemcache pylibmc lru-dict
methodtools wrapt deprecated deprecation multipledispatch plum-dispatch singledispatch zope-deprecation zope-proxy zope-schema zope-configuration zodb
btrees transaction pyramid-tm webob webtest webargs paste pastedeploy pastescript mako chameleon genshi cheetah3 pystache chevron jinjasql sqlglot
sqlfluff sql-metadata moz-sql-parser records ibis-framework pandasql petl agate csvkit pandera ydata-profiling pandas-profiling sweetviz dtale
missingno pyjanitor swifter modin pandarallel polars-lts-cpu connectorx narwhals fastexcel adbc-driver-manager pymongo-inmemory mongomock odmantic
scylla-driver sqlalchemy-cockroachdb pymysql-pool mysql-replication mysql mariadb pg8000 aiosql databases ormar piccolo python-arango py2neo neomodel
gremlinpython rdflib sparqlwrapper owlready2 pyshacl elasticsearch-dsl elastic-transport elastic-apm meilisearch typesense whoosh algoliasearch pysolr
influxdb3-python questdb clickhouse-connect clickhouse-sqlalchemy trino presto-python-client pydruid happybase vertica-python teradatasql ibm-db
ibm-db-sa hdbcli sqlalchemy-hana firebird-driver fdb pyserial-asyncio pymodbus minimalmodbus python-can cantools canopen pyvisa-py smbus2 spidev
gpiozero adafruit-blinka adafruit-circuitpython-busdevice esptool mpremote platformio pyocd pyftdi libusb1 hidapi hid evdev inputs pycaw comtypes
pythonnet clr-loader wmi pywinauto pywinpty pypiwin32 python-xlib pyobjc pyobjc-core pyobjc-framework-cocoa dbus-python pygobject pycairo cairocffi
cairosvg svglib svgwrite svgpathtools drawsvg manim pyqtgraph vispy pyqtwebengine pyqt5-sip pyqt6-sip pyside2 pyside6-essentials pyside6-addons
shiboken6 shiboken2 customtkinter ttkbootstrap tkcalendar pystray plyer eel dearpygui imgui ursina panda3d pyopengl-accelerate moderngl glfw pyrr
trimesh open3d pyvista vtk meshio gmsh pymeshlab numpy-stl cadquery build123d ezdxf astropy astroquery sunpy photutils specutils healpy skyfield ephem
jplephem spiceypy xarray netcdf4 cftime zarr numcodecs h5netcdf cfgrib metpy cdsapi ecmwf-api-client rioxarray xarray-datatree rasterstats mercantile
pyogrio pyshp geojson geojson-pydantic h3 s2sphere python-geohash geoip2 maxminddb geographiclib overpy pystac pystac-client stackstac odc-stac
earthengine-api geemap sentinelhub planetary-computer contextily keplergl pydeck mapclassify libpysal esda momepy pysam pybedtools cyvcf2 anndata
scvi-tools umap-learn leidenalg pynndescent hdbscan scikit-bio gseapy pydeseq2 mygene ete3 dendropy openbabel-wheel pubchempy deepchem py3dmol nglview
mdtraj pymatgen matminer spglib phonopy qiskit qiskit-aer qiskit-ibm-runtime cirq cirq-core pennylane amazon-braket-sdk pyquil qutip openfermion
dwave-ocean-sdk dimod cvxpy cvxopt osqp ecos scs clarabel pulp pyomo ortools gurobipy cplex highspy mip casadi gekko pyscipopt deap pymoo pygad
pyswarms networkit python-louvain node2vec dgl ogb tensorly quantlib backtrader backtesting vectorbt ffn ta pandas-ta pandas-datareader fredapi
alpha-vantage polygon-api-client ib-insync ibapi pybit krakenex coinbase-advanced-py py-clob-client eth-keys eth-hash eth-typing eth-rlp rlp hexbytes
py-evm vyper eth-brownie eth-ape solders anchorpy substrate-interface scalecodec bittensor base58check bech32 webrtcvad pvporcupine vosk
faster-whisper pyannote-audio speechbrain torchcodec resampy soxr audioread pyworld praat-parselmouth pretty-midi mido python-rtmidi music21
pyloudnorm noisereduce demucs coqui-tts tts edge-tts elevenlabs playsound pygame-ce pymunk pybullet mujoco dm-control dm-env dm-tree ale-py pettingzoo
tianshou pytubefix pafy gallery-dl streamlink spotdl pylast musicbrainzngs beets tinytag cinemagoer plexapi homeassistant zigpy bellows python-miio
aiohomekit amqtt gmqtt pychromecast async-upnp-client samsungtvws tinytuya python-kasa
pyaml hjson pyjson5 dparse spython usort gsutil cchardet parsy patsy tablib tblib schedula httpr jsonpath-rw construct tensorboard-data-server
x-transformers asyncer pyrsistent pymupdfb httpx-ws ffmpy panda user-agents mplcursors mpld3 safe-pysha3 libtorrent ipfshttpclient py-cid
multiformats cosmpy diagrams pyvis hdfs impyla thrift-sasl sasl pure-sasl python-barcode segno ciso8601 asynch pathy match pydoe itables watchgod
grapheme willow whisperx unicorn pyvisa pyshark patch gputil isolate pyvips persistent torchx demoji hyper openmim jupyter-lsp cssselect2 pytest-env
pytest-csv fastcore dbutils inflector flashtext dict2xml kafka-python-ng supervision langchain-cohere docker-py msgpack-python statsd-python python-statsd
py-consul pyqrcode python-consul2 py-bcrypt pyinvoke pygam fmpy pyhdfe django-rest-framework config-parser git-python aiofile dataset user-agent
environ dateutils windows-curses asciimatics
`;

export const PYPI_NAMES: readonly string[] = [...new Set(NAMES.trim().split(/\s+/))];

/**
 * The names up to here are household names; those after it are known and used, and hardly worth imitating. A name that
 * is known mainly for lying next to a better known one (`unicorn`, `panda`, `watchgod`) stands after it: what lies next
 * to such a name imitates the other one, or nobody; letters swapped or doubled in it are a slip all the same.
 */
export const PYPI_FAMOUS = PYPI_NAMES.indexOf('google-cloud-pubsub');

/**
 * Words that people know and type as if they were the distribution: brands whose client has another name, modules of
 * the standard library, projects that are installed from elsewhere. Imitated all the same; but none of them is a well-known
 * package, so none of them is exempt. Brands whose package is well known under a near name (`pymongo`, `instagrapi`) are
 * left out: they are the target.
 */
export const PYPI_WORDS: readonly string[] = [
  'chatgpt deepseek huggingface metamask roblox whatsapp tiktok snapchat minecraft uniswap',
  'pancakeswap polymarket hyperliquid etherscan litecoin dogecoin wireguard imagemagick python async',
  'discord telegram ethereum bitcoin opensea binance coinbase tkinter asyncio urllib2 threading',
  'multiprocessing detectron2 tensorflow-gpu faiss cupy conda',
].flatMap((line) => line.split(' '));
