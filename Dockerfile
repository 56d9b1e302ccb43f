# docker build --tag farback .  (for a small image: --build-arg TORCH_INDEX=<address of PyTorch's CPU index>)
# docker run --publish 8000:8000 --volume farback:/data farback

FROM python:3.13-slim AS build
ARG TORCH_INDEX=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/farback
ENV PATH=/opt/farback/bin:$PATH
WORKDIR /src
# torch is named exactly, alone and first: beside other requirements pip may fetch gigabytes of another build.
# In a layer of its own it is fetched again only when the dependencies change.
COPY pyproject.toml ./
RUN pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$(sed -n 's/^ *"\(torch==[^"]*\)".*/\1/p' pyproject.toml)"
COPY README.md LICENSE ./
COPY backend backend
COPY frontend frontend
RUN pip install .

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home farback && install --directory --owner farback --group farback /data
COPY --from=build /opt/farback /opt/farback
ENV PATH=/opt/farback/bin:$PATH PYTHONUNBUFFERED=1
USER farback
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"FARBACK_PORT\", \"8000\")}/healthz', timeout=3)"]
CMD ["farback", "serve", "--host", "0.0.0.0", "--data-dir", "/data"]
