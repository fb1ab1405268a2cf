using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Sweep.Processes;

/// <summary>A silo as a separate process on this machine. It ends when this process ends, for whatever reason.</summary>
public sealed class RealSilo : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly TaskCompletionSource<JsonElement> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _log;
    private int? _http;

    private RealSilo(string name, string log) => (Name, _log) = (name, log);

    /// <summary>The silo's full name in the cluster, including its random suffix.</summary>
    public string Name { get; private set; }

    public int Id { get; private set; }

    /// <summary>Address of the silo's HTTP endpoints.</summary>
    public Uri Address => new($"http://127.0.0.1:{_http}");

    /// <summary>The silo's exit code, once it has ended; 128 plus the number of the signal if a signal ended it.</summary>
    public Task<int> Ended => _ended.Task;

    public bool IsFrozen { get; private set; }

    /// <summary>Ids of the silo's processes that train: its trainers, its runners, and the programs of the example in Python.</summary>
    public IReadOnlyList<int> Trainers
    {
        get
        {
            var runners = ProcessTable.Children(Id, "Sweep.Runner");
            return
            [
                .. ProcessTable.Children(Id, "Sweep.Trainer"), .. runners,
                .. runners.SelectMany(runner => ProcessTable.Children(runner, "train.py")),
            ];
        }
    }

    /// <summary>Everything that the silo wrote to standard error.</summary>
    public string Log => File.Exists(_log) ? File.ReadAllText(_log) : "";

    /// <summary>Starts a silo and waits until it is ready.</summary>
    /// <param name="prefix">A command that runs the silo's command, for example <c>ip netns exec NAME</c>, or nothing.</param>
    /// <exception cref="InvalidOperationException">The silo ended before it was ready. The message has the end of its log.</exception>
    /// <exception cref="TimeoutException">The silo was not ready after two minutes, and was killed.</exception>
    public static async Task<RealSilo> StartAsync(string name, string folder, IReadOnlyList<string> options, IReadOnlyList<string> prefix)
    {
        var silo = new RealSilo(name, Path.Combine(folder, name + ".log"));
        // The shell opens the log, so that the silo does not depend on a pipe of this process.
        string[] command =
        [
            .. prefix, "setpriv", "--pdeathsig", "KILL", "sh", "-c", "log=$1; shift; exec \"$@\" 2>>\"$log\"", "sh", silo._log,
            "dotnet", BuiltPrograms.Silo, "--name", name, "--devices", "cpu", .. options,
        ];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var variable in start.Environment.Keys
            .Where(key => key.StartsWith("SWEEP_", StringComparison.Ordinal) && key != "SWEEP_PG_BIN")
            .ToArray())
            start.Environment.Remove(variable);
        // The death signal follows the thread that started the process, so that thread waits for it.
        new Thread(() => silo.Attend(start)) { IsBackground = true, Name = name }.Start();
        if (await Task.WhenAny(silo._ready.Task, silo.Ended, Task.Delay(StartLimit)) is var first
            && first != silo._ready.Task && first != silo.Ended)
        {
            silo.Dispose();
            throw new TimeoutException(
                $"Waited {StartLimit.TotalSeconds:0} s for {name} to be ready; the end of its log: {silo.LastLines()}");
        }

        if (!silo._ready.Task.IsCompletedSuccessfully)
            throw new InvalidOperationException($"{name} ended with exit code {await silo.Ended} before it was ready: {silo.LastLines()}");
        var ready = await silo._ready.Task;
        (silo.Name, silo._http) = (ready.GetProperty("name").GetString()!, ready.GetProperty("http").GetInt32());
        return silo;
    }

    public void Send(ProcessSignal signal)
    {
        IsFrozen = signal switch { ProcessSignal.Stop => true, ProcessSignal.Continue => false, _ => IsFrozen };
        signal.Send(Id);
    }

    /// <summary>Waits until the silo has ended.</summary>
    /// <returns>The silo's exit code.</returns>
    /// <exception cref="TimeoutException">The silo has not ended within the limit.</exception>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        try
        {
            return await Ended.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {limit.TotalSeconds:0} s for {Name} to end; the end of its log: {LastLines()}");
        }
    }

    /// <summary>The sum of a metric over all its labels; null when the silo does not have the metric or does not answer.</summary>
    public async Task<double?> MetricAsync(string name)
    {
        try
        {
            var values = (await Http.GetStringAsync($"http://127.0.0.1:{_http}/metrics")).Split('\n')
                .Where(line =>
                    line.StartsWith(name + " ", StringComparison.Ordinal) || line.StartsWith(name + "{", StringComparison.Ordinal))
                .Select(line => double.Parse(
                    line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                        .First(word => word != name),
                    CultureInfo.InvariantCulture))
                .ToArray();
            return values.Length > 0 ? values.Sum() : null;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public string LastLines(int count = 5) => string.Join('\n', Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(count));

    public void Dispose()
    {
        if (Ended.IsCompleted)
            return;
        // Trainers are killed as well, since a frozen trainer would not notice the end of its input.
        var trainers = Trainers;
        ProcessSignal.Kill.Send(Id);
        foreach (var trainer in trainers)
            ProcessSignal.Kill.Send(trainer);
        Ended.Wait(StartLimit);
    }

    private void Attend(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        Id = process.Id;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("READY ", StringComparison.Ordinal))
                _ready.TrySetResult(JsonDocument.Parse(line["READY ".Length..]).RootElement);
        }

        process.WaitForExit();
        _ended.SetResult(process.ExitCode);
    }
}
