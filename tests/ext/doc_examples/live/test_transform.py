"""What a page hides is part of its session, and stays hidden."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

ROOT = Path(__file__).parents[4]

PAGE = """
Page
====

.. testsetup::

   hidden = "<set up>"

.. testcode::

   print(hidden)

.. testcode::
   :skipif: True

   never()

.. verification-report::
"""


def test_hidden_blocks_reach_the_session_of_the_reader_and_no_eye(tmp_path: Path) -> None:
    extensions = 'extensions = ["doc_examples", "sphinx.ext.doctest"]\n'
    (tmp_path / "conf.py").write_text(extensions + "doc_examples_site_lines = ['314']\n")
    (tmp_path / "index.rst").write_text(PAGE)
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(tmp_path), "out"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "_ext")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    html = (tmp_path / "out" / "index.html").read_text()
    blocks = re.findall(r'<div class="example" data-kind="(\w+)"( hidden)?>', html)
    assert blocks == [("python", " hidden"), ("python", ""), ("prose", "")]
    data = re.findall(r'class="example-data">(.*?)</script>', html, re.DOTALL)
    assert json.loads(unescape(data[0]))["code"] == 'hidden = "<set up>"\n'
    assert "skipped by its page, if True" in html
