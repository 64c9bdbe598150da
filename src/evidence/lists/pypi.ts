/**
 * Well-known distributions of PyPI, best known first by our own judgement (brands that attackers like to imitate in front): written down from general knowledge, not
 * taken from a published ranking. A fact sheet of names; the compilation is ours (Apache-2.0), of November 2026.
 * An operator's own list (`COUNTERSIGN_POPULAR_PYPI`) takes its place.
 */
const NAMES = `
ethereum bitcoin solana opensea discord telegram openai anthropic pytorch tensorflow python
requests urllib3 numpy pandas boto3 botocore setuptools pip certifi idna charset-normalizer python-dateutil six typing-extensions packaging
pyyaml s3transfer wheel cryptography jmespath cffi pycparser rsa pyasn1 pyasn1-modules attrs click jinja2 markupsafe importlib-metadata zipp
colorama pytz awscli aiohttp yarl multidict frozenlist aiosignal async-timeout protobuf grpcio google-api-core google-auth googleapis-common-protos
pydantic pydantic-core annotated-types scipy matplotlib scikit-learn pillow tensorflow torch torchvision torchaudio pytorch keras transformers
tokenizers huggingface-hub datasets accelerate safetensors sentencepiece openai anthropic langchain langchain-core langchain-community langsmith
llama-index tiktoken cohere mistralai groq ollama litellm chromadb pinecone-client faiss-cpu sentence-transformers vllm diffusers peft bitsandbytes
flask django fastapi starlette uvicorn gunicorn werkzeug itsdangerous blinker httpx httpcore h11 h2 anyio sniffio websockets websocket-client
sqlalchemy alembic psycopg2 psycopg2-binary psycopg pymysql mysqlclient mysql-connector-python pymongo motor redis celery kombu billiard vine amqp
pytest pytest-cov pytest-mock pytest-asyncio pytest-xdist pytest-django coverage tox nox hypothesis mock faker factory-boy responses
black flake8 pylint mypy isort ruff bandit pycodestyle pyflakes mccabe autopep8 yapf pre-commit virtualenv pipenv poetry poetry-core uv hatch hatchling
flit flit-core build twine setuptools-scm pip-tools pipx platformdirs filelock distlib cachetools tomli tomlkit toml tomli-w iniconfig pluggy
beautifulsoup4 lxml html5lib soupsieve selenium scrapy playwright mechanize parsel cssselect w3lib twisted zope-interface requests-oauthlib oauthlib
requests-toolbelt requests-cache requests-mock httplib2 aiofiles aioconsole aiobotocore aioredis aiosqlite asyncpg uvloop gevent greenlet eventlet tornado
pyjwt bcrypt passlib paramiko pynacl python-jose itsdangerous pyopenssl oscrypto argon2-cffi python-dotenv environs dynaconf pydantic-settings
jsonschema referencing rpds-py simplejson orjson ujson msgpack pyarrow fastparquet h5py tables openpyxl xlrd xlsxwriter python-docx python-pptx
pypdf pypdf2 pdfminer-six pymupdf reportlab weasyprint fpdf markdown docutils sphinx mkdocs mkdocs-material nbconvert
jupyter jupyterlab notebook ipython ipykernel ipywidgets nbformat traitlets tornado pyzmq jupyter-client jupyter-core jupyter-server
seaborn plotly bokeh altair dash streamlit gradio networkx sympy statsmodels xgboost lightgbm catboost shap optuna mlflow wandb tensorboard
opencv-python opencv-python-headless opencv-contrib-python scikit-image imageio imageio-ffmpeg ffmpeg ffmpeg-python moviepy pydub librosa soundfile
spacy nltk gensim textblob fasttext polyglot langdetect jieba ftfy unidecode regex rapidfuzz fuzzywuzzy levenshtein python-levenshtein thefuzz
tqdm rich typer click-plugins docopt fire prompt-toolkit wcwidth pygments tabulate prettytable termcolor colorlog colour loguru structlog
psutil watchdog watchfiles schedule apscheduler croniter python-crontab supervisor fabric invoke ansible ansible-core salt docker kubernetes
azure-core azure-identity azure-storage-blob azure-common msal msrest google-cloud-storage google-cloud-bigquery google-cloud-core google-auth-oauthlib
google-api-python-client google-cloud-aiplatform firebase-admin boto moto localstack aws-sam-cli aws-cdk-lib constructs s3fs gcsfs fsspec adlfs
pyspark apache-airflow dask distributed ray luigi prefect dagster dbt-core great-expectations duckdb polars snowflake-connector-python databricks-sdk
graphene strawberry-graphql ariadne graphql-core djangorestframework django-cors-headers django-filter django-debug-toolbar django-environ django-redis
django-allauth django-extensions django-storages whitenoise channels daphne flask-cors flask-sqlalchemy flask-login flask-wtf flask-migrate flask-restful
flask-jwt-extended wtforms marshmallow marshmallow-sqlalchemy peewee pony tortoise-orm sqlmodel mongoengine beanie elasticsearch opensearch-py
pika kafka-python confluent-kafka nats-py paho-mqtt zeromq pyserial pyusb bleak smbus rpi-gpio
stripe twilio sendgrid slack-sdk slackclient discord-py discord python-telegram-bot telethon pyrogram tweepy praw pygithub python-gitlab gitpython
jira atlassian-python-api notion-client sentry-sdk ddtrace datadog newrelic prometheus-client statsd opentelemetry-api opentelemetry-sdk
opentelemetry-exporter-otlp opentelemetry-proto opentelemetry-semantic-conventions opentelemetry-instrumentation
web3 eth-account eth-utils eth-abi bitcoinlib ethereum solana ccxt coinbase binance python-binance yfinance alpaca-trade-api opensea
pygame pyglet arcade kivy pyside6 pyqt5 pyqt6 wxpython tkinter pysimplegui pyautogui pynput keyboard mouse pyperclip pywin32 pyinstaller cx-freeze nuitka
nmap python-nmap scapy impacket pwntools shodan requests-html fake-useragent cloudscraper undetected-chromedriver
cython numba pybind11 llvmlite cmake ninja meson meson-python scikit-build maturin setuptools-rust cffi swig
python python3 pyyaml-env-tag ruamel-yaml ruamel-yaml-clib oyaml xmltodict dicttoxml defusedxml untangle lxml-html-clean jsonpath-ng jsonpatch jsonpointer
deepdiff dacite cattrs attrs-strict dataclasses dataclasses-json more-itertools toolz cytoolz funcy boltons sortedcontainers bidict frozendict
pendulum arrow dateparser humanize babel tzdata tzlocal pytz-deprecation-shim isodate iso8601 holidays python-slugify inflect inflection
zstandard lz4 python-snappy brotli pyzipper py7zr rarfile blosc
geopandas shapely fiona pyproj rasterio folium geopy cartopy osmnx
biopython rdkit ase openmm mdanalysis nibabel pydicom simpleitk monai
gym gymnasium stable-baselines3 ultralytics detectron2 mmcv timm kornia albumentations onnx onnxruntime tensorflow-gpu tensorflow-cpu tensorflow-hub
tensorflow-datasets tf-keras keras-applications jax jaxlib flax optax triton xformers deepspeed fairseq pytorch-lightning lightning lightning-utilities torchmetrics
einops evaluate sacrebleu rouge-score jiwer openai-whisper whisper guidance instructor autogen crewai semantic-kernel haystack-ai dspy
async asyncio threading multiprocessing concurrent-futures futures enum34 pathlib pathlib2 typing functools32 contextlib2 configparser argparse subprocess32
urllib urllib2 simple-salesforce zeep suds suds-jurko hvac consul python-consul etcd3 kazoo
exceptiongroup tenacity retry retrying backoff pybreaker ratelimit limits diskcache joblib cloudpickle dill pickleshare portalocker
secretstorage keyring jeepney keyrings-alt importlib-resources backports-zoneinfo backports-tarfile jaraco-classes jaraco-functools jaraco-context
markdown-it-py mdurl mdit-py-plugins linkify-it-py mistune commonmark snowballstemmer alabaster imagesize sphinx-rtd-theme
sqlparse asgiref aiohappyeyeballs propcache et-xmlfile pyparsing contourpy cycler fonttools kiwisolver threadpoolctl mpmath
nest-asyncio websocket psycopg2cffi cx-oracle oracledb pyodbc pymssql clickhouse-driver cassandra-driver neo4j influxdb influxdb-client
gspread pyairtable dropbox boxsdk minio spotipy youtube-dl yt-dlp pytube instaloader
email-validator dnspython phonenumbers pycountry validators tldextract publicsuffix2 ipaddress netaddr ipython-genutils pexpect ptyprocess
zope-event zope-component pyramid bottle falcon sanic quart hug cherrypy web-py aiohttp-cors aiohttp-jinja2 fastapi-users slowapi
figlet pyfiglet art emoji pyttsx3 speechrecognition gtts pyaudio sounddevice mutagen eyed3
virtualenvwrapper conda pyenv pdm rye cookiecutter copier jinja2-time semver versioneer bump2version bumpversion commitizen python-semantic-release
mypy-extensions types-requests types-pyyaml types-python-dateutil types-setuptools types-six pyright stubs pyre-check
hiredis fakeredis rq dramatiq huey arq taskiq flower celery-redbeat
zeroconf scp netmiko napalm nornir pysnmp ldap3 python-ldap pykerberos requests-kerberos requests-ntlm requests-aws4auth
openapi-spec-validator connexion apispec flasgger drf-yasg drf-spectacular swagger-ui-bundle
unittest2 nose nose2 pytest-html pytest-timeout pytest-rerunfailures pytest-benchmark allure-pytest behave robotframework locust
vcrpy freezegun time-machine parameterized testfixtures pyfakefs syrupy
pyaml hjson json5 pyjson5 dparse spython usort gsutil cchardet chardet parse parsy patsy tablib tblib pypika pypandoc
schedula pyopengl httpr jsonpath jsonpath-rw construct markitdown markdown2 tensorboardx tensorboard-data-server x-transformers asyncer
python-box pyrsistent pymupdfb httpx-sse httpx-ws ffmpy datasette sqlite-utils attr panda websocket-server user-agents ua-parser
matplotlib-inline mplcursors mpld3 google googletrans google-search-results bs4 sklearn skimage cv2 yaml dateutil dotenv jwt crypto pycrypto pycryptodome
pycryptodomex pyaes ecdsa ed25519 coincurve base58 mnemonic pysha3 safe-pysha3 bip32 hdwallet libtorrent
ipfshttpclient py-cid multiformats pyteal algosdk cosmpy tronpy xrpl-py stellar-sdk
graphviz pydot pygraphviz diagrams pyvis igraph python-igraph
pyfilesystem2 smart-open pyhdfs hdfs impyla pyhive thrift thrift-sasl sasl pure-sasl
mediapipe easyocr pytesseract pyzbar qrcode python-barcode segno
jiter parso authlib ijson ciso8601 psycopg-binary asynch pathy match wand pydoe harfile itables watchgod grapheme gpytorch willow tools whisperx
unicorn pyvisa pyshark scanpy patch gputil simpy bpython grequests sdbus fastai qasync isolate pyvips faiss-gpu persistent syncer torchx demoji
hyper make openmim jupyter-lsp cssselect2 azure-cosmos pytest-env pydantic-ai ta-lib pytest-csv fastcore encutils dbutils inflector inflection
tabula-py flashtext pydub anysqlite dict2xml graphemeu kafka-python-ng supervision langchain-cohere elasticsearch8 google-reauth tensorflowjs
docker-py msgpack-python statsd-python python-statsd py-consul pyqrcode pypyodbc pywin32-ctypes python-consul2 py-bcrypt pyinvoke datadogpy
pygam fmpy pyats tombi cwcwidth pyhdfe curies django-rest-framework config-parser git-python future aiofile dataset user-agent environ dateutils
colorful blessed curses windows-curses urwid textual asciimatics npyscreen
`;

export const PYPI_NAMES: readonly string[] = [...new Set(NAMES.trim().split(/\s+/))];
