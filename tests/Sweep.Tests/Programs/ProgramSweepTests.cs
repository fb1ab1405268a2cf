using System.Diagnostics;
using System.Globalization;
using Sweep.Client.Live;
using Sweep.Domain.Trials;
using Sweep.Tests.Client;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Programs;

/// <summary>Sweeps of programs on a real silo with real runners and a real database.</summary>
[Collection("silos")]
public sealed class ProgramSweepTests(PostgresServer server)
{
    private const string Objective = "objective: { metric: score/f1, goal: maximize }\nretries: 0\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trials_of_a_program_are_rows_like_those_of_the_model_and_one_runner_runs_them_all()
    {
        await using var cluster = await ProgramSilo.StartAsync(server);
        var sweep = await cluster.LoadAsync(
            "happy",
            Objective + "parameters: { lr: { values: [1, 2, 3] }, optimizer: adam }\n",
            """
            echo "mark $SWEEP_MARK" >&2
            echo "{\"epoch\": 1, \"score/f1\": 0.$2, \"loss\": 7}"
            # The second trial ends before its last epoch.
            [ $2 = 2 ] && exit
            echo "{\"epoch\": 2, \"score/f1\": 0.1}"
            echo "{\"epoch\": 3, \"score/f1\": 0.05}"
            """,
            shell: true);
        var id = await cluster.Silo.SubmitAsync(sweep);
        var end = await cluster.Silo.EndAsync(id);
        Assert.Equal((3, 0.3, 3), (end.Succeeded, end.BestValue, end.BestTrial));
        Assert.Equal(
            ["1 3 1 0.1", "2 1 1 0.2", "3 3 1 0.3"],
            await cluster.Silo.QueryAsync<string>(
                "select number || ' ' || epochs_done || ' ' || best_epoch || ' ' || best_value from trials order by number"));
        Assert.Equal(
            ["1 1 {\"loss\": 7, \"score/f1\": 0.1}", "1 2 {\"score/f1\": 0.1}", "1 3 {\"score/f1\": 0.05}"],
            await cluster.Silo.QueryAsync<string>(
                "select trial_id % 1000000 || ' ' || epoch || ' ' || metrics from epochs where trial_id % 1000000 = 1 order by epoch"));
        var trial = (await cluster.Silo.Reader.TrialAsync(id, 2, Cancellation))!;
        Assert.True(trial is { Result: null, ProgramResult.Seconds: > 0 }, $"{trial.ProgramResult}");
        Assert.Equal(
            ["cpu 1 true true"],
            await cluster.Silo.QueryAsync<string>(
                "select distinct concat_ws(' ', device, threads, (torch is null)::text, (processor <> '')::text) from attempts"));
        // Each program has the mark of its runner.
        Assert.Single((await LinesAsync(cluster, "mark %", 3)).Distinct());

        foreach (var line in (string[])[
            "list", "list -o json", "show happy", "show happy/2", "show happy -o json", "report happy", "report happy -o json",
            "logs happy/1", "workers",
        ])
        {
            var (code, _, error) = await Samples.RunAsync([.. line.Split(' '), "--postgres", cluster.Silo.ConnectionString]);
            Assert.True((code, error) is (0, ""), $"sweep {line} ended with {code}: {error}");
        }

        // What needs the built-in model is refused in one line.
        var address = cluster.Silo.ConnectionString;
        foreach (var (command, expected) in new[] { ("generate", "writes text"), ("download", "has weights") })
        {
            var (code, output, error) = await Samples.RunAsync(command, "happy/1", "--postgres", address);
            Assert.Equal((1, ""), (code, output));
            Assert.EndsWith($"of a program; only the built-in model {expected}.\n", error, StringComparison.Ordinal);
        }

        await Samples.RefusedAsync(
            "start_from: happy/1 is a trial of a program", "plan", RepositoryFolder.Join("examples", "next-character.yaml"),
            "--set", "start_from=happy/1", "--postgres", address);
    }

    [Fact]
    public async Task A_trial_whose_runner_is_killed_goes_on_from_its_checkpoint_to_the_same_rows()
    {
        const string Script = """
            import os, sys, time
            from sweep_trial import trial
            print("mark", os.environ["SWEEP_MARK"], file=sys.stderr)
            state = os.path.join(trial.checkpoint, "state")
            value = trial.seed
            if os.path.exists(state):
                value = float(open(state).read())
            for epoch in trial.epochs():
                value = (value * 1.1 + trial.parameters["lr"]) % 7.0
                with open(state, "w") as file:
                    file.write(repr(value))
                trial.report(loss=value)
                while epoch == 3 and not os.path.exists(trial.parameters["gate"]):
                    time.sleep(0.01)
            """;
        await using var cluster = await ProgramSilo.StartAsync(server);
        var gate = cluster.Join("gate");
        var text = "objective: { metric: loss, goal: minimize }\ncheckpoint: { every: 0 }\nseed: 5\n"
            + $"parameters: {{ lr: 0.25, gate: \"{gate}\" }}\n";
        var disturbed = await cluster.Silo.SubmitAsync(await cluster.LoadAsync("disturbed", text, Script, program: "epochs: 6"));
        await Poll.UntilAsync(
            async () => (await cluster.Silo.QueryAsync<int>("select epoch from checkpoints")) is [3], "the checkpoint of epoch 3");
        // The mark of a program begins with the process of its runner.
        var mark = Assert.Single(await LinesAsync(cluster, "mark %", 1));
        Process.GetProcessById(int.Parse(mark.Split(' ', '-')[1], CultureInfo.InvariantCulture)).Kill();
        await File.WriteAllTextAsync(gate, "", Cancellation);
        Assert.Equal(1, (await cluster.Silo.EndAsync(disturbed)).Succeeded);
        var undisturbed = await cluster.Silo.SubmitAsync(await cluster.LoadAsync("undisturbed", text, Script, program: "epochs: 6"));
        Assert.Equal(1, (await cluster.Silo.EndAsync(undisturbed)).Succeeded);
        var rows = await RowsAsync(disturbed);
        Assert.Equal(6, rows.Count);
        Assert.Equal(await RowsAsync(undisturbed), rows);
        Assert.Equal(
            ["1 ", "2 1"],
            await cluster.Silo.QueryAsync<string>(
                $"select concat(attempt, ' ', went_on_from) from attempts where trial_id / 1000000 = {disturbed} order by 1"));

        Task<List<string>> RowsAsync(int id) => cluster.Silo.QueryAsync<string>(
            $"select epoch || ' ' || metrics from epochs where trial_id / 1000000 = {id} order by epoch");
    }

    [Fact]
    public async Task A_second_attempt_that_ends_earlier_than_the_first_is_the_whole_trial()
    {
        await using var cluster = await ProgramSilo.StartAsync(server);
        var id = await cluster.Silo.SubmitAsync(await cluster.LoadAsync(
            "shorter",
            "objective: { metric: loss, goal: minimize }\nretries: 1\nparameters: { x: 1 }\n",
            """
            if [ $SWEEP_ATTEMPT = 1 ]; then
              for epoch in 1 2 3 4 5 6; do echo "{\"epoch\": $epoch, \"loss\": 0.$((9 - epoch))}"; done
              exit 3
            fi
            for epoch in 1 2; do echo "{\"epoch\": $epoch, \"loss\": $epoch}"; done
            """,
            shell: true,
            program: "epochs: 9"));
        var end = await cluster.Silo.EndAsync(id);
        Assert.Equal((1, 1.0, 2), (end.Succeeded, end.BestValue, end.EpochsDone));
        Assert.Equal(
            ["1 2 1", "2 2 2"],
            await cluster.Silo.QueryAsync<string>(
                "select epoch || ' ' || attempt || ' ' || (metrics ->> 'loss') from epochs order by epoch"));
        Assert.Equal(
            ["2 1 1"], await cluster.Silo.QueryAsync<string>("select concat_ws(' ', attempt, best_epoch, best_value) from trials"));
    }

    [Fact]
    public async Task A_program_that_fails_says_why_and_a_cancelled_one_gets_its_signal()
    {
        await using var cluster = await ProgramSilo.StartAsync(server);
        var failing = await cluster.Silo.SubmitAsync(await cluster.LoadAsync(
            "failing", Objective + "parameters: { lr: 1 }\n", "echo one >&2; echo 'CUDA is sad' >&2; exit 3", shell: true));
        Assert.Equal(1, (await cluster.Silo.EndAsync(failing)).Failed);
        Assert.Equal(
            ["the program ended with exit code 3; the last lines of its standard error: one\nCUDA is sad"],
            (await cluster.Silo.QueryAsync<string>("select reason from trials")).Select(reason => reason.Replace(" | ", "\n")));

        var endless = await cluster.Silo.SubmitAsync(await cluster.LoadAsync(
            "endless",
            Objective + "parameters: { lr: 1 }\n",
            """
            trap 'echo got TERM; exit' TERM
            echo '{"score/f1": 0.5}'
            while true; do sleep 0.05; done
            """,
            shell: true));
        await cluster.Silo.UntilAsync(endless, sweep => sweep.EpochsDone == 1, "the first report");
        Assert.True((await cluster.Silo.Sweep(endless).Cancel(null)).Accepted);
        await cluster.Silo.UntilAsync(endless, sweep => sweep.Cancelled == 1, "the trial to be cancelled");
        await LinesAsync(cluster, "got TERM", 1);
    }

    [Fact]
    public async Task A_stopping_rule_ends_trials_of_programs_and_a_search_learns_from_them()
    {
        const string Script = """
            import json, sys
            lr = float(sys.argv[sys.argv.index("--lr") + 1])
            from sweep_trial import trial
            for epoch in trial.epochs():
                trial.report(loss=(lr - 0.3) ** 2 + 1 / epoch)
            """;
        await using var cluster = await ProgramSilo.StartAsync(server);
        var ruled = await cluster.Silo.SubmitAsync(await cluster.LoadAsync(
            "ruled",
            "objective: { metric: loss, goal: minimize }\nstop: { rule: asha, first: 1, factor: 2 }\n"
                + "parameters: { lr: { values: [0.3, 0.9, 0.8, 0.7] } }\n",
            Script,
            program: "epochs: 4"));
        var end = await cluster.Silo.EndAsync(ruled);
        Assert.Equal((1, 3), (end.Succeeded, end.Stopped));
        Assert.Equal(
            ["1 4", "2 1", "3 1", "4 2"],
            await cluster.Silo.QueryAsync<string>("select number || ' ' || epochs_done from trials order by number"));

        var searched = await cluster.Silo.SubmitAsync(await cluster.LoadAsync(
            "searched",
            "objective: { metric: loss, goal: minimize }\nmethod: tpe\nbudget: { trials: 12 }\n"
                + "parameters: { lr: { min: 0.01, max: 1.0 } }\n",
            Script));
        Assert.Equal(12, (await cluster.Silo.EndAsync(searched)).Succeeded);
        Assert.Contains(
            "tpe", await cluster.Silo.QueryAsync<string>($"select proposed_by from trials where sweep_id = {searched}"));
    }

    [Fact]
    public async Task Nothing_of_the_silos_environment_reaches_a_program_which_has_the_share_of_its_slots()
    {
        const string Secret = "SECRET_OF_PROGRAM_SWEEP_TESTS";
        string[] known =
        [
            "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TMPDIR", "PYTHONUNBUFFERED", "PYTHONPATH",
            "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "SWEEP_WIRE", "SWEEP_PARAMETERS", "SWEEP_TRIAL", "SWEEP_ATTEMPT", "SWEEP_SEED",
            "SWEEP_EPOCH", "SWEEP_EPOCHS", "SWEEP_CHECKPOINT", "SWEEP_REPORT", "SWEEP_ANSWER", "SWEEP_DEVICE", "SWEEP_MARK",
            "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "MINE",
        ];
        await using var cluster = await ProgramSilo.StartAsync(server, slots: 2);
        Environment.SetEnvironmentVariable(Secret, cluster.Silo.ConnectionString);
        try
        {
            var id = await cluster.Silo.SubmitAsync(await cluster.LoadAsync(
                "open",
                Objective + "parameters: { lr: 1 }\nresources: { slots: 2 }\n",
                """
                tr "\\0" "\\n" < /proc/$$/environ | sed "s/^/variable /"
                echo '{"score/f1": 1}'
                echo the end
                """,
                shell: true,
                program: "epochs: 1, environment: { MINE: yes }"));
            Assert.Equal(1, (await cluster.Silo.EndAsync(id)).Succeeded);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Secret, null);
        }

        await LinesAsync(cluster, "the end", 1);
        var variables = (await cluster.Silo.QueryAsync<string>("select substr(text, 10) from trial_logs where text like 'variable %'"))
            .Select(line => line.Split('=', 2)).ToList();
        Assert.Contains(variables, variable => variable is ["SWEEP_TRIAL", "open/1"]);
        Assert.Contains(variables, variable => variable is ["MINE", "yes"]);
        Assert.Contains(variables, variable => variable is ["OMP_NUM_THREADS", "2"]);
        Assert.Contains(variables, variable => variable is ["CUDA_VISIBLE_DEVICES", ""]);
        Assert.All(
            variables,
            variable => Assert.True(known.Contains(variable[0]) || variable[0].StartsWith("LC_", StringComparison.Ordinal), variable[0]));
        var database = new Npgsql.NpgsqlConnectionStringBuilder(cluster.Silo.ConnectionString).Database!;
        Assert.DoesNotContain(variables, variable => variable[1].Contains(database, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_without_programs_never_leases_their_trials_and_the_user_is_told()
    {
        await using var cluster = await ProgramSilo.StartAsync(server, programs: false);
        var id = await cluster.Silo.SubmitAsync(await cluster.LoadAsync(
            "waits", Objective + "parameters: { lr: 1 }\n", "echo '{\"score/f1\": 1}'", shell: true));
        var overview = await cluster.Silo.OverviewAsync(id);
        const string Reason = "no worker takes programs; start one with `sweep silo --programs`, or set SWEEP_PROGRAMS=true where it runs";
        Assert.Equal(Reason, WaitingReason.Of(overview.Spec.Demands, await cluster.Silo.Reader.WorkersAsync(Cancellation)));
        Assert.Contains($"\nwaiting: {Reason}\n", await ShownAsync(), StringComparison.Ordinal);
        // A sweep of the model beside it is trained meanwhile.
        var model = Simulation.SimulatedSweep.Spec("model", cluster.Silo.Dataset, trials: 2, epochs: 1);
        var other = await cluster.Silo.SubmitAsync(model with { Retries = 0 });
        await cluster.Silo.EndAsync(other);
        Assert.Equal(
            [TrialState.Queued], (await cluster.Silo.Reader.TrialsAsync(id, Cancellation)).Select(trial => trial.State));
        // A sweep that is paused waits for its user, and not for a worker.
        Assert.True((await cluster.Silo.Sweep(id).Pause()).Accepted);
        Assert.DoesNotContain("waiting:", await ShownAsync(), StringComparison.Ordinal);

        async Task<string> ShownAsync() =>
            (await Samples.RunAsync("show", "waits", "--postgres", cluster.Silo.ConnectionString)).Output;
    }

    /// <summary>Waits for lines of the logs of trials, which are stored a moment later than the trials end.</summary>
    private static async Task<List<string>> LinesAsync(ProgramSilo cluster, string pattern, int count)
    {
        List<string> lines = [];
        var sql = $"select text from trial_logs where text like '{pattern}'";
        await Poll.UntilAsync(
            async () => (lines = await cluster.Silo.QueryAsync<string>(sql)).Count == count,
            $"{count} lines {pattern}",
            () => string.Join('\n', lines));
        return lines;
    }
}
