"""The installed wheel: frames, figures, failures, many files. Numbers are those of the program's JSON, read with json alone.

test_module.py CHECKPOINT [--ray]
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import kernelviz

CHECKPOINT = ""
RAY = False


class Module(unittest.TestCase):
    def test_the_package_carries_the_program(self):
        self.assertNotIn("KERNELVIZ", os.environ)
        self.assertTrue(kernelviz.program().startswith(str(Path(kernelviz.__file__).parent)))
        self.assertRegex(kernelviz.version(), r"^kernelviz \d+\.\d+\.\d+ ")

    def test_frames_hold_what_json_says(self):
        told = json.loads(subprocess.check_output([kernelviz.program(), "classify", CHECKPOINT, "--format", "json"]))
        layers = kernelviz.classify(CHECKPOINT)
        self.assertEqual(list(layers.layer_name), [layer["name"] for layer in told["layers"]])
        for label in ("identity", "blur", "edge", "zero", "other"):
            counts = [layer["counts"][label] for layer in told["layers"]]
            self.assertEqual(list(layers[f"{label}_count"]), counts)
        kernels = kernelviz.classify(CHECKPOINT, kernels=True)
        self.assertEqual(len(kernels), int(layers.kernels.sum()))
        self.assertEqual((kernels.label == "blur").sum(), layers.blur_count.sum())

    def test_figures_show_themselves(self):
        bundle = kernelviz.figure(CHECKPOINT, layer=2)._repr_mimebundle_()
        self.assertTrue(bundle["image/svg+xml"].lstrip().startswith("<?xml") or "<svg" in bundle["image/svg+xml"][:200])
        png = base64.b64decode(kernelviz.figure(CHECKPOINT, form="png", layer=2)._repr_mimebundle_()["image/png"])
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        with self.assertRaises(ValueError):
            kernelviz.figure(CHECKPOINT, form="gif")

    def test_failures_are_exceptions_with_the_sentence(self):
        with self.assertRaises(kernelviz.KernelVizError) as caught:
            kernelviz.classify("/no/such/net.h5")
        self.assertEqual(caught.exception.status, 1)
        self.assertIn("/no/such/net.h5", str(caught.exception))
        with self.assertRaises(kernelviz.KernelVizError) as caught:
            kernelviz.classify(CHECKPOINT, no_such_option=True)
        self.assertEqual(caught.exception.status, 64)

    def test_a_derived_design_is_a_dictionary(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            design = kernelviz.derive(CHECKPOINT)
        self.assertGreater(design["parameters"], 0)

    def test_a_report_is_a_page(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(kernelviz.report(CHECKPOINT, Path(folder) / "net.html")).read_text()
        self.assertIn("<!doctype html>", page[:200].lower())

    def test_a_notebook_gives_the_outputs_that_it_carries(self):
        import nbformat
        from nbclient import NotebookClient

        with tempfile.TemporaryDirectory() as folder:
            path = kernelviz.report(CHECKPOINT, Path(folder) / "net.ipynb")
            notebook = nbformat.read(path, as_version=4)
            nbformat.validate(notebook)
            carried = [self.shown(cell) for cell in notebook.cells]
            client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}})
            client.execute()
        self.assertGreater(sum(len(outputs) for outputs in carried), 6)
        for cell, outputs in zip(notebook.cells, carried):
            self.assertEqual(self.shown(cell), outputs, cell.source)

    @staticmethod
    def shown(cell):
        """What stands below a cell: what it printed, or the forms of its value."""
        return [output.get("text") or dict(output.data) for output in cell.get("outputs", [])]

    def test_many_files_keep_their_order_and_failures_are_told(self):
        rows, failed = kernelviz.classify_many([CHECKPOINT, "/no/such/net.h5", CHECKPOINT], workers=2)
        once = kernelviz.classify(CHECKPOINT)
        self.assertEqual(len(rows), 2 * len(once))
        self.assertEqual(list(rows.layer_name), 2 * list(once.layer_name))
        self.assertEqual(list(failed.checkpoint), ["/no/such/net.h5"])
        self.assertEqual(list(failed.status), [1])

    def test_ray_gives_the_same_though_a_worker_is_killed(self):
        if not RAY:
            self.skipTest("asked for with --ray")
        import ray

        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")

        @ray.remote
        class Killer:
            """Ends one worker process while tasks run."""

            def kill(self, seconds):
                import signal
                import time

                time.sleep(seconds)
                found = subprocess.run(["pgrep", "-f", "ray::_one"], capture_output=True, text=True).stdout.split()
                for worker in found[:1]:
                    os.kill(int(worker), signal.SIGKILL)
                return len(found[:1])

        killer = Killer.options(num_cpus=0).remote()
        killed = killer.kill.remote(1.0)
        paths = [CHECKPOINT] * 60
        rows, failed = kernelviz.classify_many(paths, ray=True)
        self.assertEqual(ray.get(killed), 1, "no worker was there to be killed")
        ray.shutdown()
        self.assertEqual(len(rows), 60 * len(kernelviz.classify(CHECKPOINT)))
        self.assertEqual(len(failed), 0)


if __name__ == "__main__":
    RAY = "--ray" in sys.argv
    arguments = [a for a in sys.argv[1:] if a != "--ray"]
    CHECKPOINT = str(Path(arguments[0]).resolve())
    unittest.main(argv=[sys.argv[0]])
