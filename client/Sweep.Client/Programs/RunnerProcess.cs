using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Sweep.Client.Local;
using Sweep.Domain.Protocol;

namespace Sweep.Client.Programs;

/// <summary>The runner of programs as a child process, which ends, with all that it started, when this process does.</summary>
internal sealed class RunnerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TimeSpan _patience;
    private Task<(TrainerEvent Message, byte[] Payload)?>? _next;

    /// <param name="log">Receives each line that the program prints, and those of the runner itself.</param>
    /// <param name="device">cpu, or cuda:0 and so on.</param>
    /// <param name="patience">How long its end may take before it is killed. Default: 20 s.</param>
    public RunnerProcess(Action<string> log, string device = "cpu", TimeSpan? patience = null)
    {
        _patience = patience ?? TimeSpan.FromSeconds(20);
        var program = SiloProgram.FindRunner();
        // In a session of its own it does not receive Ctrl-C from the terminal, so that it can end the program in order.
        var start = SystemCommand.Of("setsid", program);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardErrorEncoding = Encoding.UTF8;
        start.Environment[TrainerEnvironment.Device] = device;
        start.Environment.TryAdd("DOTNET_EnableDiagnostics", "0");
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && text != LogMark.Line)
                log(text);
        };
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public Task LoadFolderAsync(ProgramFolder folder, CancellationToken cancellation) =>
        SendAsync(new TrainerCommand.LoadFolder(folder.Sha256), folder.Bytes, cancellation);

    public Task LoadCheckpointAsync(byte[] checkpoint, CancellationToken cancellation) =>
        SendAsync(new TrainerCommand.LoadCheckpoint(Convert.ToHexStringLower(SHA256.HashData(checkpoint))), checkpoint, cancellation);

    public Task SendAsync(TrainerCommand command, byte[]? payload, CancellationToken cancellation) =>
        Frame.WriteAsync(_process.StandardInput.BaseStream, command, payload, cancellation);

    /// <summary>The next event with its bytes; null when the runner has ended. A call that is cancelled loses no event.</summary>
    public async Task<(TrainerEvent Message, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation)
    {
        _next ??= Frame.ReadAsync<TrainerEvent>(_process.StandardOutput.BaseStream, CancellationToken.None);
        var next = await _next.WaitAsync(cancellation);
        _next = null;
        return next;
    }

    /// <summary>Stops the program that runs, and waits for its last event.</summary>
    /// <param name="patience">The longest wait, after which <see cref="DisposeAsync"/> ends the program.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await SendAsync(new TrainerCommand.Stop(Checkpoint: false), null, limit.Token);
            while (await ReceiveAsync(limit.Token) is var (message, _)
                && message is not (TrainerEvent.Stopped or TrainerEvent.Failed or TrainerEvent.ProgramEnded))
            {
                // The events before the last one say nothing any more.
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ProtocolException)
        {
            // The runner is ended without it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(_patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Not what it has started: its guard kills the program and removes the folders.
            _process.Kill();
        }

        _process.Dispose();
    }
}
