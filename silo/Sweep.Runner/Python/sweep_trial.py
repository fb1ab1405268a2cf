"""Reports from a training program to Sweep, with checkpoints, resume and early stop.

One file without dependencies, for Python 3.9 and later. The runner of Sweep puts it on PYTHONPATH. Without Sweep the same program runs by
hand: it then prints its reports. docs/programs.md describes what it says to the runner.

    from sweep_trial import trial

    learning_rate = trial.parameters.get("learning_rate", 0.1)
    for epoch in trial.epochs(10):
        ...
        trial.report(val_loss=loss)
"""

import atexit
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from multiprocessing import parent_process

MOST_METRICS = 100


class Trial:
    """One attempt of a trial. Several threads may report; each report is the next epoch.

    parameters  the trial's parameters by name; empty without Sweep
    seed        the trial's seed; 0 without Sweep
    epoch       the epochs that were trained before this attempt, or reported by it
    checkpoint  a folder: what is in it at a report is kept and given back to the next attempt
    device      cpu, or cuda:0 and so on
    """

    def __init__(self, variables=os.environ):
        self.is_alone = "SWEEP_REPORT" not in variables
        self.name = variables.get("SWEEP_TRIAL", "alone")
        self.attempt = int(variables.get("SWEEP_ATTEMPT", "1"))
        self.parameters = json.loads(variables.get("SWEEP_PARAMETERS", "{}"))
        self.seed = int(variables.get("SWEEP_SEED", "0"))
        self.epoch = int(variables.get("SWEEP_EPOCH", "0"))
        self.device = variables.get("SWEEP_DEVICE", "cpu")
        self.stopped = False
        self._most = int(variables["SWEEP_EPOCHS"]) if "SWEEP_EPOCHS" in variables else None
        self._folder = variables.get("SWEEP_CHECKPOINT")
        self._is_asked_to_stop = False
        self._one_report = threading.Lock()
        if not self.is_alone:
            self._reports = open(variables["SWEEP_REPORT"], "w", encoding="utf-8")
            self._answers = open(variables["SWEEP_ANSWER"], encoding="utf-8")
            # The processes that multiprocessing starts import the program once more. They end at once, as without this file.
            if parent_process() is None:
                self._end_at_the_next_report()
                # What the program prints is no report from here on. The answer comes first, since the runner could otherwise read sooner
                # what is printed later.
                self._say({"hello": 1})

    @property
    def checkpoint(self):
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="sweep-trial-")
            atexit.register(self._remove, self._folder, os.getpid())
        return self._folder

    def epochs(self, most=10):
        """The numbers of the epochs that are still to be trained, from 1.

        most  how many there are without Sweep, and where the sweep file has no program.epochs
        """
        while self.epoch < (self._most or most) and not self.stopped:
            if self._is_asked_to_stop:
                with self._one_report:
                    self._say({})
                if not self.stopped:
                    self._end_unfinished()
                return
            before = self.epoch
            yield before + 1
            if self.epoch == before:
                raise RuntimeError(f"epoch {before + 1} ended without trial.report(…)")

    def report(self, **metrics):
        """Reports the metrics of the epoch that ends here, at most 100 numbers, and waits until its checkpoint is read."""
        if len(metrics) > MOST_METRICS:
            raise ValueError(f"trial.report: found {len(metrics)} metrics; at most {MOST_METRICS} are allowed")
        values = {name: self._number(name, value) for name, value in metrics.items()}
        with self._one_report:
            self.epoch += 1
            if self.is_alone:
                print(f"epoch {self.epoch}", *(f"{name} {value:.6g}" for name, value in values.items()), sep="  ", flush=True)
            else:
                self._say({"epoch": self.epoch, **values})

    @staticmethod
    def _number(name, value):
        try:
            if isinstance(value, (str, bytes, bytearray)):
                raise TypeError("a text is no number")
            # Tensors and arrays of one number are such too.
            return float(value)
        except Exception as error:
            raise TypeError(f"trial.report: {name}: found {repr(value)[:100]}; expected a number, such as 0.5") from error

    def _say(self, message):
        self._reports.write(json.dumps({**message, "answer": True}) + "\n")
        self._reports.flush()
        if self._answers.readline().strip() != "go-on":
            self.stopped = True

    @staticmethod
    def _end_unfinished():
        """Ends the process as SIGTERM does. The signal was not Sweep's, so the trial has not ended, and its next attempt goes on."""
        if threading.current_thread() is threading.main_thread():
            sys.exit(128 + signal.SIGTERM)
        # In another thread that would end the thread alone.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(128 + signal.SIGTERM)

    @staticmethod
    def _remove(folder, maker):
        # A forked process has the same handler, and the folder is not its own.
        if os.getpid() == maker:
            shutil.rmtree(folder, ignore_errors=True)

    def _end_at_the_next_report(self):
        """Lets SIGTERM end the loop at the next report, so that its epoch is kept."""
        # Python lets no other thread say what a signal does.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._ask_to_stop)
            os.register_at_fork(after_in_child=self._end_at_once)

    def _end_at_once(self):
        if signal.getsignal(signal.SIGTERM) == self._ask_to_stop:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _ask_to_stop(self, *_):
        self._is_asked_to_stop = True


trial = Trial()
