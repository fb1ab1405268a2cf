namespace Sweep.Silo.Worker;

/// <summary>
/// How far the training of an attempt is, and when it last came further. The attempt writes it; the metrics and the worker's row read it
/// from other threads.
/// </summary>
internal sealed class AttemptProgress(TimeProvider time)
{
    private volatile Position _position = new(0, 0, time.GetTimestamp());

    /// <summary>The part of the running epoch that is trained, at least 0 and below 1.</summary>
    public double Share => _position.Share;

    /// <summary>The epochs that are trained, with the part of the running one.</summary>
    public double Epochs => _position.Epoch + _position.Share;

    /// <summary>The time since the last progress of any kind, or since the attempt began.</summary>
    public TimeSpan Silence => time.GetElapsedTime(_position.At);

    /// <summary>Marks that the attempt has done something.</summary>
    /// <param name="share">The part of the running epoch that is trained now; null where that did not change.</param>
    public void Progressed(double? share = null) => _position = new(_position.Epoch, share ?? _position.Share, time.GetTimestamp());

    /// <param name="epoch">The number of whole epochs that are trained now.</param>
    public void EpochFinished(int epoch) => _position = new(epoch, 0, time.GetTimestamp());

    private sealed record Position(int Epoch, double Share, long At);
}
