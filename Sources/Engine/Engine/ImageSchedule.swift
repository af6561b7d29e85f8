import Parallel

extension WorkerPool? {
    /// Runs whole images side by side where there are enough for all threads, so that nobody waits for anybody, or one after
    /// the other where there is no pool; else lets the threads share each image.
    ///
    /// - Parameters:
    ///   - whole: runs an image on one thread, whose number it is given.
    ///   - shared: runs an image with the whole pool.
    func forEachImage(
        _ images: Int, threads: Int, whole: (_ image: Int, _ worker: Int) -> Void,
        shared: (_ image: Int, _ pool: WorkerPool) -> Void
    ) {
        guard let self else {
            for image in 0..<images { whole(image, 0) }
            return
        }
        if images >= threads { return self.run(parts: images, whole) }
        for image in 0..<images { shared(image, self) }
    }
}
